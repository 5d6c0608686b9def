"""PNG: chunks that are bombs, missing rows."""

import struct

from common.domain.errors import TooManyPixels, UnreadableImage
from tests.photos import photo
from tests.picture_files import chunk, png
from tests.unit.imaging.hostile_pictures.corpus import SMALL, case
from tests.unit.imaging.hostile_pictures.parts import SCRIPT, bomb, grown_png, patched, resealed, rows, zipped

case(
    SMALL,
    png_text_bomb=lambda: grown_png(chunk(b"zTXt", b"a\0\0" + bomb(60 << 20))),
    png_international_text_bomb=lambda: grown_png(chunk(b"iTXt", b"a\0\1\0\0\0" + bomb(60 << 20))),
    png_many_text_bombs=lambda: grown_png(*[chunk(b"zTXt", b"a\0\0" + bomb(1 << 20))] * 500),
    png_huge_exif=lambda: grown_png(chunk(b"eXIf", b"II*\0" + bytes(19 << 20))),
    png_exif_pointing_outside=lambda: grown_png(chunk(b"eXIf", b"II*\0\xff\xff\xff\xff")),
    png_exif_with_endless_entries=lambda: grown_png(chunk(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff" + bytes(99))),
    png_many_unknown_chunks=lambda: grown_png(*[chunk(b"abCd", b"")] * 90_000),
    png_of_a_million_frames=lambda: grown_png(chunk(b"acTL", struct.pack(">II", 1_000_000, 0))),
    png_of_no_frames=lambda: grown_png(chunk(b"acTL", bytes(8)), chunk(b"acTL", bytes(8))),
    png_frame_outside_the_picture=lambda: grown_png(
        chunk(b"acTL", struct.pack(">II", 2, 0)), chunk(b"fcTL", struct.pack(">IIIII6x", 0, 9, 9, 1 << 30, 9))
    ),
    png_damaged_profile=lambda: grown_png(chunk(b"iCCP", b"a\0\0" + bytes(99))),
    png_and_html=lambda: grown_png(chunk(b"tEXt", b"a\0" + SCRIPT)) + SCRIPT,
    png_and_zip=lambda: photo(64, 48) + zipped(),
)
case(
    UnreadableImage,
    png_profile_bomb=lambda: grown_png(chunk(b"iCCP", b"a\0\0" + bomb(60 << 20))),
    png_endless_chunks=lambda: grown_png(*[chunk(b"abCd", b"")] * 1_600_000),
    png_chunk_longer_than_the_file=lambda: patched(photo(64, 48), 8, b"\x7f"),
    png_without_pixels=lambda: png(64, 48, 8, 2, b""),
    png_of_zero_width=lambda: png(0, 48, 8, 2, b""),
    png_of_odd_depth=lambda: png(64, 48, 3, 2, rows(64, 48)),
    png_wrong_checksum=lambda: patched(photo(64, 48), 29, bytes(4)),
    png_with_too_few_rows=lambda: png(64, 480, 8, 2, rows(64, 48)),
    png_large_with_too_few_rows=lambda: png(7000, 7000, 8, 6, rows(7000, 6990, 32)),
    png_large_deep_with_too_few_rows=lambda: png(7000, 7000, 16, 6, rows(7000, 6990, 64)),
    png_large_with_damage_at_its_end=lambda: resealed(png(7000, 7000, 8, 2, rows(7000, 7000))),
    png_large_with_an_unknown_filter=lambda: png(7000, 7000, 8, 2, rows(7000, 6999) + b"\7" + bytes(21_000)),
    png_truncated=lambda: photo(1000, 900)[:-2000],
)
case(
    TooManyPixels,
    png_of_ten_gigapixels=lambda: png(100_000, 100_000, 8, 2, b""),
    png_just_above_the_limit=lambda: png(50_001, 1000, 1, 0, rows(50_001, 1000, 1)),
    png_just_above_the_limit_in_16_bit=lambda: png(7072, 7072, 16, 6, rows(64, 48)),
)
