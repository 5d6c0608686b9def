"""TIFF: directories with wild offsets."""

import struct
from functools import partial

from common.domain.errors import TooManyPixels, UnreadableImage, UnsupportedImage
from tests.photos import photo
from tests.unit.imaging.hostile_pictures.corpus import SMALL, case
from tests.unit.imaging.hostile_pictures.parts import (
    GREY_PIXELS,
    flat,
    frames,
    lying_jpeg,
    patched,
    scanned_jpeg,
    tiff,
)

MUCH = GREY_PIXELS + bytes(16 << 20)
LEFT_OUT = (2, 3, 4, 6, 34925, 50000, 50001)  # fax, the old JPEG, LZMA, Zstandard, WebP


def damaged_late(compression: str) -> bytes:
    whole = flat("TIFF", 7000, 7000, "RGB", compression=compression)
    place = len(whole) * 9 // 10
    return patched(whole, place, b"\xff" * 2000)


case(
    SMALL,
    tiff_plain=lambda: tiff(GREY_PIXELS),
    tiff_pages_in_a_ring=lambda: tiff(GREY_PIXELS, next_page=8 + len(GREY_PIXELS)),
    tiff_of_many_pages=partial(frames, "TIFF", 100),
    tiff_next_page_outside=lambda: tiff(GREY_PIXELS, next_page=0xFFFFFFF0),
    tiff_exif_that_points_at_itself=lambda: tiff(GREY_PIXELS, t34665=(4, 1, 8 + len(GREY_PIXELS))),
    tiff_enormous_private_tag=lambda: tiff(GREY_PIXELS, t60000=(12, 0xFFFFFFFF, 8)),
    tiff_strip_of_another_length_than_it_says=lambda: tiff(GREY_PIXELS, t279=(4, 1, 1 << 31)),
    tiff_two_widths=lambda: tiff(GREY_PIXELS, t256=(3, 2, 64 | 64 << 16)),
)
case(
    UnreadableImage,
    tiff_enormous_resolution=lambda: tiff(MUCH, t279=(4, 1, 3072), t282=(5, 2 << 20, 8)),
    tiff_jpeg_larger_than_its_strip=lambda: tiff(lying_jpeg(65_500, 65_500), t259=(3, 1, 7)),
    tiff_directory_outside_the_file=lambda: b"II*\0\xff\xff\xff\xff" + bytes(99),
    tiff_directory_in_itself=lambda: b"II*\0\4\0\0\0" + bytes(99),
    tiff_strip_outside_the_file=lambda: tiff(GREY_PIXELS, t273=(4, 1, 1 << 31)),
    tiff_coded_strip_longer_than_the_file=lambda: tiff(GREY_PIXELS, t259=(3, 1, 5), t279=(4, 1, 1 << 31)),
    tiff_four_million_strips=lambda: tiff(MUCH, t278=(3, 1, 1), t273=(4, 4 << 20, 8)),
    tiff_no_strips=lambda: tiff(GREY_PIXELS, t273=(4, 0, 0)),
    tiff_no_rows_a_strip=lambda: tiff(GREY_PIXELS, t278=(3, 1, 0)),
    tiff_too_few_strips=lambda: tiff(GREY_PIXELS, t278=(3, 1, 1)),
    tiff_many_samples=lambda: tiff(GREY_PIXELS, t277=(3, 1, 60_000)),
    tiff_many_depths=lambda: tiff(MUCH, t258=(3, 8 << 20, 8)),
    tiff_tile_of_four_gigapixels=lambda: tiff(
        GREY_PIXELS, t322=(4, 1, 65_536), t323=(4, 1, 65_536), t324=(4, 1, 8), t325=(4, 1, 3072)
    ),
    tiff_of_zero_width=lambda: tiff(GREY_PIXELS, t256=(3, 1, 0)),
    tiff_large_with_too_few_rows=lambda: tiff(
        GREY_PIXELS, t256=(3, 1, 7000), t257=(3, 1, 7000), t278=(3, 1, 7000)
    ),
    tiff_strips_over_each_other=lambda: overlapping_strips(),
    tiff_large_in_lzw_with_damage_at_its_end=partial(damaged_late, "tiff_lzw"),
    tiff_large_in_deflate_with_damage_at_its_end=partial(damaged_late, "tiff_adobe_deflate"),
    tiff_large_in_packbits_with_damage_at_its_end=partial(damaged_late, "packbits"),
    tiff_truncated=lambda: photo(300, 200, "TIFF")[:-2000],
    tiff_profile_of_10_mb=lambda: tiff(MUCH, t279=(4, 1, 3072), t34675=(7, 10 << 20, 8)),
    tiff_jpeg_of_many_scans=lambda: tiff(scanned_jpeg(10_000), t259=(3, 1, 7)),
)
case(
    TooManyPixels,
    tiff_of_ten_gigapixels=lambda: tiff(GREY_PIXELS, t256=(4, 1, 100_000), t257=(4, 1, 100_000)),
)
case(
    UnsupportedImage,
    **{f"tiff_compression_{n}": partial(tiff, GREY_PIXELS, t259=(3, 1, n)) for n in LEFT_OUT},
)


def overlapping_strips() -> bytes:
    """Return a TIFF of 1,000 strips, all the same ten megabytes of LZW codes without pixels."""
    coded = b"\x80\x40\x20\x10\x08\x04\x02\x01\0" * (1 << 20)
    tables = struct.pack("<1000I", *[8] * 1000) + struct.pack("<1000I", *[len(coded)] * 1000)
    return tiff(
        coded + tables,
        t257=(3, 1, 1000),
        t259=(3, 1, 5),
        t278=(3, 1, 1),
        t273=(4, 1000, 8 + len(coded)),
        t279=(4, 1000, 8 + len(coded) + 4000),
    )
