// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest.h"

uint32_t pci_read(uint32_t function, int offset) {
    out32(0xcf8, 0x80000000u | function | offset);
    return in32(0xcfc);
}

void pci_write(uint32_t function, int offset, uint32_t value) {
    out32(0xcf8, 0x80000000u | function | offset);
    out32(0xcfc, value);
}

void pci_each(void (*visit)(uint32_t function, uint32_t id)) {
    for (uint32_t device = 0; device < 0x1000000; device += 0x800) {
        int functions = pci_read(device, 0x0c) & 0x800000 ? 8 : 1;
        for (int i = 0; i < functions; i++) {
            uint32_t id = pci_read(device | i << 8, 0);
            if ((id & 0xffff) != 0xffff)
                visit(device | i << 8, id);
            else if (i == 0)
                break;
        }
    }
}

uint32_t pci_memory(uint32_t function, int bar) {
    uint32_t low = pci_read(function, 0x10 + 4 * bar);

    if (low & 1 || ((low & 6) == 4 && pci_read(function, 0x14 + 4 * bar)))
        return 0;
    return low & ~15u;
}
