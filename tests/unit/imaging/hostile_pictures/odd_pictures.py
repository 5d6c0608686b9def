"""Odd pictures that are valid."""

import struct
from functools import partial

from tests.photos import photo
from tests.picture_files import chunk, inks_profile, png
from tests.unit.imaging.hostile_pictures.corpus import KINDS, SMALL, Read, case
from tests.unit.imaging.hostile_pictures.parts import (
    GREY_PIXELS,
    cmyk,
    flat,
    interlaced,
    photo_with_alpha,
    rows,
    tiff,
)


def key(*samples: int) -> bytes:
    return chunk(b"tRNS", struct.pack(f">{len(samples)}H", *samples))


case(
    Read(1, 1),
    **{f"{kind.lower()}_of_one_pixel": partial(flat, kind, 1, 1, "RGB") for kind in KINDS},
)
case(
    Read(1, 20_000),
    **{
        f"{kind.lower()}_of_one_column": partial(flat, kind, 1, 20_000, "RGB")
        for kind in KINDS
        if kind != "WEBP"
    },
)
case(
    Read(20_000, 1),
    **{
        f"{kind.lower()}_of_one_row": partial(flat, kind, 20_000, 1, "RGB")
        for kind in KINDS
        if kind != "WEBP"
    },
)
case(
    Read(64, 48, transparent=True),
    png_grey_with_alpha=partial(flat, "PNG", 64, 48, "LA"),
    png_grey_16_bit_with_a_transparent_grey=lambda: png(64, 48, 16, 0, rows(64, 48, 16), key(0)),
    png_colour_16_bit_with_a_transparent_colour=lambda: png(64, 48, 16, 2, rows(64, 48, 48), key(0, 0, 0)),
    png_grey_2_bit_with_a_transparent_grey=lambda: png(64, 48, 2, 0, rows(64, 48, 2), key(0)),
    png_palette_with_transparency=partial(flat, "PNG", 64, 48, "P", transparency=0),
    png_grey_16_bit_with_alpha=lambda: png(64, 48, 16, 4, rows(64, 48, 32)),
    gif_with_transparency=partial(flat, "GIF", 64, 48, "P", transparency=0),
    webp_with_alpha=lambda: photo_with_alpha("WEBP"),
    avif_with_alpha=lambda: photo_with_alpha("AVIF"),
    tiff_with_alpha=lambda: photo_with_alpha("TIFF"),
)
case(
    SMALL,
    png_16_bit=lambda: png(64, 48, 16, 2, rows(64, 48, 48)),
    png_interlaced=lambda: interlaced(64, 48),
    jpeg_cmyk=partial(flat, "JPEG", 64, 48, "CMYK"),
    jpeg_cmyk_with_a_profile=lambda: cmyk(inks_profile()),
    jpeg_cmyk_with_a_damaged_profile=lambda: flat(
        "JPEG", 64, 48, "CMYK", icc_profile=inks_profile()[:200] + bytes(999)
    ),
    jpeg_ycck=lambda: flat("JPEG", 64, 48, "CMYK").replace(
        b"Adobe\0\x64\0\0\0\0\0", b"Adobe\0\x64\0\0\0\0\2"
    ),
    jpeg_grey=partial(flat, "JPEG", 64, 48, "L"),
    tiff_cmyk=partial(flat, "TIFF", 64, 48, "CMYK"),
    tiff_lab=partial(flat, "TIFF", 64, 48, "LAB"),
    tiff_16_bit=partial(flat, "TIFF", 64, 48, "I;16"),
    tiff_32_bit=partial(flat, "TIFF", 64, 48, "I"),
    tiff_float=partial(flat, "TIFF", 64, 48, "F"),
    tiff_big_endian=lambda: tiff(GREY_PIXELS, ">"),
    tiff_of_one_bit=partial(flat, "TIFF", 64, 48, "1"),
    tiff_in_jpeg=lambda: photo(64, 48, "TIFF", compression="jpeg"),
    tiff_in_deflate=lambda: photo(64, 48, "TIFF", compression="tiff_adobe_deflate"),
    tiff_big=lambda: photo(64, 48, "TIFF", big_tiff=True),
)
case(Read(7071, 7071), png_at_the_limit=partial(flat, "PNG", 7071, 7071, "1"))
case(Read(7071, 7071), jpeg_at_the_limit=partial(flat, "JPEG", 7071, 7071, "RGB"))
case(Read(7071, 7071), webp_at_the_limit=lambda: flat("WEBP", 7071, 7071, "RGB", method=0))
case(Read(7071, 7071), avif_at_the_limit=lambda: flat("AVIF", 7071, 7071, speed=10))
