// SPDX-License-Identifier: GPL-2.0-or-later
/* The ACPI power button without ACPI's tables: the chipset says where the registers are. */
#include "guest.h"

enum { PM1_STATUS = 0, PM1_ENABLE = 2, PM1_CONTROL = 4 };
enum { POWER_BUTTON = 0x100, SLEEP_ENABLE = 0x2000 }; /* with sleep type 0: QEMU's "off" (S5) */

extern char tick[]; /* boot.S */

static uint16_t base;

struct gate {
    uint16_t low, selector, flags, high;
} __attribute__((packed));

static struct gate gates[0x21];

static void start_timer(void) {
    struct {
        uint16_t limit;
        uint32_t base;
    } __attribute__((packed)) pointer = {sizeof(gates) - 1, (uint32_t)gates};

    gates[0x20] = (struct gate){(uint32_t)tick, 8, 0x8e00, (uint32_t)tick >> 16};
    __asm__ volatile("lidt %0" ::"m"(pointer));
    /* The first interrupt controller: vectors from 0x20, only the timer. The second one: none. */
    out8(0x20, 0x11);
    out8(0x21, 0x20);
    out8(0x21, 0x04);
    out8(0x21, 0x01);
    out8(0x21, 0xfe);
    out8(0xa1, 0xff);
    out8(0x43, 0x34); /* 18.2 times a second */
    out8(0x40, 0);
    out8(0x40, 0);
}

void power_visit(uint32_t function, uint32_t id) {
    if (id == 0x29188086) /* q35: ICH9 LPC */
        base = pci_read(function, 0x40) & 0xff80;
    else if (id == 0x71138086) /* i440fx: PIIX4 power management */
        base = pci_read(function, 0x40) & 0xffc0;
}

void power_wait(void) {
    if (!base) {
        say("guest: no power button\r\n");
        return;
    }
    start_timer();
    out16(base + PM1_STATUS, POWER_BUTTON); /* forget what was pressed before */
    out16(base + PM1_ENABLE, POWER_BUTTON); /* QEMU drops a press that nobody enabled */
    say("guest: ready\r\n");
    while (!(in16(base + PM1_STATUS) & POWER_BUTTON))
        __asm__ volatile("sti; hlt; cli");
    say("guest: power button, off\r\n");
    out16(base + PM1_CONTROL, SLEEP_ENABLE);
}
