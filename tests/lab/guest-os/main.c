// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest for the lab: shows that it drives the passed GPU, switches off at the power button. */
#include "guest.h"

enum { COM1 = 0x3f8 };

static void put(char c) {
    /* With an end, for a machine without this port. */
    for (int i = 0; i < 100000 && !(in8(COM1 + 5) & 0x20); i++)
        ;
    out8(COM1, c);
}

static void start_serial(void) {
    out8(COM1 + 3, 0x80);
    out8(COM1 + 0, 1); /* 115200 */
    out8(COM1 + 1, 0);
    out8(COM1 + 3, 3); /* 8N1 */
    out8(COM1 + 1, 0); /* no interrupts */
    out8(COM1 + 2, 7);
    out8(COM1 + 4, 3);
}

void say(const char* text) {
    while (*text)
        put(*text++);
}

void say_hex(uint32_t value, int digits) {
    while (digits--)
        put("0123456789abcdef"[value >> 4 * digits & 15]);
}

void say_where(uint32_t function) {
    say_hex(function >> 16, 2);
    say(":");
    say_hex(function >> 11 & 31, 2);
    say(".");
    say_hex(function >> 8 & 7, 1);
}

static void visit(uint32_t function, uint32_t id) {
    screen_visit(function, id);
    power_visit(function, id);
}

void main(void) {
    start_serial();
    pci_each(visit);
    power_wait();
}
