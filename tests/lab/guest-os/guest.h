/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdint.h>

static inline void out8(uint16_t port, uint8_t v) {
    __asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port));
}
static inline void out16(uint16_t port, uint16_t v) {
    __asm__ volatile("outw %0, %1" ::"a"(v), "Nd"(port));
}
static inline void out32(uint16_t port, uint32_t v) {
    __asm__ volatile("outl %0, %1" ::"a"(v), "Nd"(port));
}

static inline uint8_t in8(uint16_t port) {
    uint8_t v;
    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline uint16_t in16(uint16_t port) {
    uint16_t v;
    __asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

static inline uint32_t in32(uint16_t port) {
    uint32_t v;
    __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}

/* main.c: the serial port */
void say(const char* text);
void say_hex(uint32_t value, int digits);
void say_where(uint32_t function);

/* pci.c: a function is written as in configuration addresses: bus, device and function number are
 * bits 16-23, 11-15 and 8-10. */
uint32_t pci_read(uint32_t function, int offset);
void pci_write(uint32_t function, int offset, uint32_t value);
void pci_each(void (*visit)(uint32_t function, uint32_t id));
uint32_t pci_memory(uint32_t function, int bar); /* 0: not assigned, or above 4 GiB */

/* screen.c: draws when the function is a display it knows */
void screen_visit(uint32_t function, uint32_t id);

/* power.c */
void power_visit(uint32_t function, uint32_t id); /* finds the power management registers */
void power_wait(void); /* sleeps until the power button is pressed, then switches off */
