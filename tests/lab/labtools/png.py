"""A binary PPM picture, as QEMU dumps a screen, rewritten as PNG."""

import struct
import zlib


def pixels_of(ppm):
    """Width, height, and three bytes for each pixel."""
    fields = ppm.split(None, 4)
    if len(fields) < 4 or fields[0] != b"P6" or fields[3][:3] != b"255":
        raise ValueError("not a binary PPM with 8 bits a colour")
    width, height = int(fields[1]), int(fields[2])
    return width, height, ppm[len(ppm) - 3 * width * height:]


def share(ppm, colour):
    """How much of a picture has exactly the colour of these three bytes: 0 to 1."""
    width, height, pixels = pixels_of(ppm)
    planes = [int.from_bytes(pixels[plane::3].translate(bytes(value == wanted for value in range(256))), "big")
              for plane, wanted in enumerate(colour)]
    return (planes[0] & planes[1] & planes[2]).bit_count() / (width * height)


def ppm_to_png(ppm):
    width, height, pixels = pixels_of(ppm)
    rows = b"".join(b"\0" + pixels[y * 3 * width:(y + 1) * 3 * width] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6))
            + chunk(b"IEND", b""))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
