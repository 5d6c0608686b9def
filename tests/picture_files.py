"""Picture files that Pillow cannot write."""

import base64
import struct
import zlib

from PIL import ImageCms

# 48 x 32 pixels, turned by irot to 32 x 48, blue with a red rectangle that stands upright at the top right.
# Made with pillow_heif, because no package here can encode it.
HEIC = base64.b64decode(
    """
    AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA
    ADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAAGYAAgAAAAACUgABAAAAAAAAACQAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA
    AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAA
    kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq
    5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh
    cAAAADAAAAABAAAAIAAAAAH////wAAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEA
    AQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAJJtZGF0AAAAYigBrwng40ecj2//zJ5//0xOy/CdHwu+f/WRBd9t
    X//nTpDYOdtAMkStHEALTNj6D2MGDukf4f1/t6eI//BJEB+Dot/2G9LjkCZf7XPIePrKlLIv2CCqu22oncn6qmAFOknwAAAABkV4
    aWYAAE1NACoAAAAIAAEBEgADAAAAAQAGAAAAAAAA
    """
)

SRGB: bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY = SRGB[:16] + b"GRAY" + SRGB[20:]  # according to its header; nobody reads further here


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: bytes) -> bytes:
    """Return a PNG with these scan lines; each begins with its filter byte."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(rows)) if rows else chunk(b"IDAT", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + data + chunk(b"IEND", b"")


def inks_profile() -> bytes:
    """Return an ICC profile for CMYK in which cyan ink is a strong green, unlike in any formula."""
    colours = []
    for corner in range(16):  # of the cube of inks; cyan is the highest bit, black the lowest
        cyan, black = corner & 8, corner & 1
        colours.append(bytes((0, 128, 128) if black else (160, 60, 190) if cyan else (255, 128, 128)))
    straight = bytes(range(256))
    identity = struct.pack(">9i", *(65536 if i in (0, 4, 8) else 0 for i in range(9)))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity
    table += straight * 4 + b"".join(colours) + straight * 3
    table += bytes(-len(table) % 4)
    tags = struct.pack(">I4sII", 1, b"A2B0", 128 + 16, len(table))
    header = struct.pack(">I4s4s4s4s4s", 0, b"test", b"\x02\x40\0\0", b"prtr", b"CMYK", b"Lab ")
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp")
    header += bytes(68 - len(header)) + struct.pack(">iii", 63190, 65536, 54061)
    header += bytes(128 - len(header))
    return struct.pack(">I", 128 + 16 + len(table)) + header[4:] + tags + table
