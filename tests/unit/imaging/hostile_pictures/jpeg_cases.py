"""JPEG: endless segments and scans, false headers."""

from functools import partial

from common.domain.errors import TooManyPixels, UnreadableImage, UnsupportedImage
from tests.photos import photo
from tests.unit.imaging.hostile_pictures.corpus import SMALL, case
from tests.unit.imaging.hostile_pictures.parts import (
    SCRIPT,
    flat,
    grown_jpeg,
    late_in_a_large_jpeg,
    lying_jpeg,
    scanned_jpeg,
    segment,
    zipped,
)

case(
    SMALL,
    jpeg_many_comments=lambda: grown_jpeg(*[segment(0xFE, b"x" * 60_000)] * 300),
    jpeg_exif_in_300_parts=lambda: grown_jpeg(*[segment(0xE1, b"Exif\0\0" + bytes(60_000))] * 300),
    jpeg_exif_that_points_at_itself=lambda: grown_jpeg(
        segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0")
    ),
    jpeg_profile_in_too_few_parts=lambda: grown_jpeg(segment(0xE2, b"ICC_PROFILE\0\1\2" + bytes(99))),
    jpeg_index_of_a_million_pictures=lambda: grown_jpeg(
        segment(0xE2, b"MPF\0II*\0\x08\0\0\0\1\0\x01\xb0\4\0\1\0\0\0\x40\x42\x0f\0\0\0\0\0")
    ),
    jpeg_and_zip=lambda: photo(64, 48, "JPEG") + zipped(),
    jpeg_and_html=lambda: grown_jpeg(segment(0xFE, SCRIPT)),
    jpeg_progressive=lambda: photo(64, 48, "JPEG", progressive=True),
)
case(
    UnreadableImage,
    jpeg_exif_in_a_million_parts=lambda: grown_jpeg(*[segment(0xE1, b"Exif\0\0x")] * 1_500_000),
    jpeg_endless_comments=lambda: grown_jpeg(*[segment(0xFE, b"")] * 4_000_000),
    jpeg_of_100_000_scans=lambda: scanned_jpeg(100_000),
    jpeg_of_10_000_scans_of_a_large_picture=lambda: scanned_jpeg(10_000, 7000),
    jpeg_that_claims_more_than_it_has=lambda: lying_jpeg(7000, 7000),
    jpeg_of_zero_height=lambda: lying_jpeg(64, 0),
    jpeg_without_an_end=lambda: photo(64, 48, "JPEG")[:-2],
    jpeg_truncated=lambda: photo(1000, 900, "JPEG")[:-2000],
    jpeg_truncated_progressive=lambda: flat("JPEG", 7000, 7000, "RGB", progressive=True)[:-20],
    jpeg_with_two_frames=lambda: grown_jpeg(segment(0xC0, b"\x08\0\x30\0\x40\1\1\x11\0")),
    jpeg_segment_beyond_the_end=lambda: photo(64, 48, "JPEG")[:2] + b"\xff\xe1\xff\xff" + bytes(99),
    jpeg_scan_of_no_component=lambda: photo(64, 48, "JPEG").replace(
        b"\xff\xda\0\x0c\3\1", b"\xff\xda\0\x0c\3\7"
    ),
    jpeg_code_that_is_none_in_its_last_scan=lambda: late_in_a_large_jpeg(
        segment(0xC4, b"\x10" + b"\xff" * 272)
    ),
    jpeg_steps_that_are_none_in_its_last_scan=lambda: late_in_a_large_jpeg(
        segment(0xDB, b"\x09" + bytes(64))
    ),
    jpeg_all_markers=lambda: b"\xff\xd8" + b"\xff" * (19 << 20),
)
case(
    TooManyPixels,
    jpeg_of_four_gigapixels=lambda: lying_jpeg(65_500, 65_500),
    jpeg_of_four_gigapixels_progressive=lambda: lying_jpeg(65_500, 65_500, progressive=True),
)


def profiled_jpeg(parts: int) -> bytes:
    return grown_jpeg(
        *(segment(0xE2, b"ICC_PROFILE\0" + bytes((n + 1, parts)) + bytes(65_000)) for n in range(parts))
    )


case(UnreadableImage, jpeg_profile_of_16_mb=partial(profiled_jpeg, 250))
case(
    UnsupportedImage,
    jpeg_of_12_bits=lambda: photo(64, 48, "JPEG").replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"),
    jpeg_lossless=lambda: photo(64, 48, "JPEG").replace(b"\xff\xc0\0\x11", b"\xff\xc3\0\x11"),
    jpeg_hierarchical=lambda: grown_jpeg(segment(0xDE, bytes(17))),
)
