// SPDX-License-Identifier: GPL-2.0-or-later
/* Draws on every Bochs/QEMU display, bochs-display and VGA alike, by memory-mapped registers. */
#include "guest.h"

enum { WIDTH = 640, HEIGHT = 480 };

/* Registers of the display interface: 16 bits each, from 0x500 in BAR 2. */
enum { XRES = 1, YRES, BPP, ENABLE, BANK, VIRT_WIDTH, VIRT_HEIGHT, X_OFFSET, Y_OFFSET };
enum { ENABLED = 0x01, LINEAR = 0x40 };

static const struct {
    char letter;
    const char* rows[9]; /* the last two reach below the line */
} font[] = {
    {'w', {"     ", "     ", "#   #", "#   #", "# # #", "# # #", " # # "}},
    {'i', {"  #  ", "     ", " ##  ", "  #  ", "  #  ", "  #  ", " ### "}},
    {'n', {"     ", "     ", "# ## ", "##  #", "#   #", "#   #", "#   #"}},
    {'1', {"  #  ", " ##  ", "# #  ", "  #  ", "  #  ", "  #  ", "#####"}},
    {'o', {"     ", "     ", " ### ", "#   #", "#   #", "#   #", " ### "}},
    {'t', {" #   ", " #   ", "#### ", " #   ", " #   ", " #  #", "  ## "}},
    {'h', {"#    ", "#    ", "# ## ", "##  #", "#   #", "#   #", "#   #"}},
    {'e', {"     ", "     ", " ### ", "#   #", "#####", "#    ", " ### "}},
    {'p', {"     ", "     ", "# ## ", "##  #", "#   #", "##  #", "# ## ", "#    ", "#    "}},
    {'a', {"     ", "     ", " ### ", "    #", " ####", "#   #", " ####"}},
    {'s', {"     ", "     ", " ####", "#    ", " ### ", "    #", "#### "}},
    {'d', {"    #", "    #", " ## #", "#  ##", "#   #", "#  ##", " ## #"}},
    {'G', {" ### ", "#   #", "#    ", "# ###", "#   #", "#   #", " ### "}},
    {'P', {"#### ", "#   #", "#   #", "#### ", "#    ", "#    ", "#    "}},
    {'U', {"#   #", "#   #", "#   #", "#   #", "#   #", "#   #", " ### "}},
};

static volatile uint32_t* frame;

static void fill(int x, int y, int width, int height, uint32_t colour) {
    for (int row = y; row < y + height; row++)
        for (int column = x; column < x + width; column++)
            frame[row * WIDTH + column] = colour;
}

static void letter(char c, int x, int y, int size, uint32_t colour) {
    for (unsigned i = 0; i < sizeof(font) / sizeof(font[0]); i++)
        for (int row = 0; font[i].letter == c && row < 9 && font[i].rows[row]; row++)
            for (int column = 0; column < 5; column++)
                if (font[i].rows[row][column] == '#')
                    fill(x + column * size, y + row * size, size, size, colour);
}

static void centred(const char* text, int y, int size, uint32_t colour) {
    int length = 0;

    while (text[length])
        length++;
    int x = (WIDTH - (6 * length - 1) * size) / 2;
    for (; *text; text++, x += 6 * size)
        letter(*text, x, y, size, colour);
}

static void draw(void) {
    static const uint32_t bands[] = {0xd02020, 0xe08010, 0xe0d020, 0x20a030,
                                     0x2060d0, 0x4030a0, 0x8030a0, 0xd040a0};

    for (int i = 0; i < 8; i++)
        fill(i * WIDTH / 8, 0, WIDTH / 8, HEIGHT, bands[i]);
    fill(0, 130, WIDTH, 220, 0x101820);
    centred("win11", 155, 15, 0xffffff);
    centred("on the passed GPU", 300, 4, 0x60d0ff);
}

void screen_visit(uint32_t function, uint32_t id) {
    if (pci_read(function, 0x08) >> 24 != 3)
        return;
    say("guest: display ");
    say_where(function);
    say(" ");
    say_hex(id & 0xffff, 4);
    say(":");
    say_hex(id >> 16, 4);

    uint32_t registers = pci_memory(function, 2);
    frame = (volatile uint32_t*)pci_memory(function, 0);
    if (id != 0x11111234 || !frame || !registers) {
        say(": not drawn on\r\n");
        return;
    }
    pci_write(function, 0x04, pci_read(function, 0x04) | 2); /* decode memory */
    volatile uint8_t* vga = (volatile uint8_t*)registers + 0x400 - 0x3c0;
    volatile uint16_t* dispi = (volatile uint16_t*)(registers + 0x500);
    /* VGA stays dark until its BIOS, which a passed card may not run, sets this bit. bochs-display
     * has no such register and ignores it. */
    (void)vga[0x3da];
    vga[0x3c0] = 0x20;
    dispi[ENABLE] = 0;
    dispi[XRES] = WIDTH;
    dispi[YRES] = HEIGHT;
    dispi[BPP] = 32;
    dispi[BANK] = 0;
    dispi[VIRT_WIDTH] = WIDTH;
    dispi[VIRT_HEIGHT] = HEIGHT;
    dispi[X_OFFSET] = 0;
    dispi[Y_OFFSET] = 0;
    dispi[ENABLE] = ENABLED | LINEAR;
    draw();
    say(": drawn 640x480x32\r\n");
}
