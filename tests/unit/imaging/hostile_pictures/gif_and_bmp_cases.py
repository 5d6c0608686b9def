"""GIF and BMP: enormous screens, endless blocks, run lengths."""

import struct
from functools import partial

from common.domain.errors import TooManyPixels, UnreadableImage, UnsupportedImage
from tests.photos import photo
from tests.unit.imaging.hostile_pictures.corpus import SMALL, Read, case
from tests.unit.imaging.hostile_pictures.parts import bmp, frames, gif, gif_frame, patched, zipped

case(
    SMALL,
    gif_of_many_frames=partial(frames, "GIF", 100),
    gif_and_javascript=lambda: b"GIF89a" + photo(64, 48, "GIF")[6:] + b"*/=1;alert(1)",
    gif_comment_of_5_mb=lambda: photo(64, 48, "GIF").replace(
        b",\0\0\0\0", b"!\xfe" + (b"\xff" + b"x" * 255) * 20_000 + b"\0,\0\0\0\0", 1
    ),
)
case(Read(64, 48), gif_of_100_000_frames=lambda: photo(64, 48, "GIF")[:-1] + gif_frame(1, 1) * 100_000 + b";")
case(
    TooManyPixels,
    gif_of_an_enormous_screen=lambda: gif(65_535, 65_535, gif_frame(1, 1)),
    gif_of_an_enormous_frame=lambda: gif(64, 48, gif_frame(65_535, 65_535)),
)
case(
    UnreadableImage,
    gif_of_zero_width=lambda: gif(0, 0, gif_frame(0, 0)),
    gif_of_a_small_frame_on_a_large_screen_cut_off=lambda: gif(7000, 7000, gif_frame(7000, 7000)),
    gif_comment_in_endless_blocks=lambda: gif(
        64, 48, b"!\xfe" + b"\1x" * 9_000_000 + b"\0" + gif_frame(64, 48)
    ),
    gif_of_endless_extensions=lambda: gif(64, 48, b"!\xfe\0" * 6_000_000 + gif_frame(64, 48)),
    gif_without_a_frame=lambda: gif(64, 48, b""),
    gif_frame_without_an_end=lambda: gif(64, 48, gif_frame(64, 48, b"\x08\xff"))[:-1],
    gif_truncated=lambda: photo(300, 200, "GIF")[:-500],
)


case(SMALL, bmp_and_zip=lambda: photo(64, 48, "BMP") + zipped())
case(
    Read(256, 8),
    bmp_run_length_encoded=lambda: bmp(256, 8, 8, b"\xff\1\1\1\0\0" * 8 + b"\0\1", 1, 256),
)
case(
    TooManyPixels,
    bmp_of_ten_gigapixels=lambda: bmp(100_000, 100_000, 24, b""),
    bmp_of_negative_gigapixels=lambda: bmp(100_000, -100_000, 24, b""),
)
case(
    UnreadableImage,
    bmp_run_length_bomb=lambda: bmp(7000, 7000, 8, b"\xff\1" * 190_000 + b"\0\1", 1, 256),
    bmp_with_too_few_rows=lambda: bmp(7000, 7000, 24, bytes(9999)),
    bmp_of_one_bit_with_too_few_rows=lambda: bmp(7000, 7000, 1, bytes(9999), colours=2),
    bmp_pixels_outside_the_file=lambda: patched(photo(64, 48, "BMP"), 10, struct.pack("<I", 1 << 31)),
    bmp_of_negative_width=lambda: bmp(-64, 48, 24, bytes(9999)),
    bmp_with_endless_colours=lambda: patched(bmp(64, 48, 8, bytes(9999)), 46, struct.pack("<I", 1 << 31)),
    bmp_of_zero_height=lambda: bmp(64, 0, 24, bytes(99)),
    bmp_run_length_cut_off=lambda: bmp(2000, 2000, 8, b"\xff\1" * 99, 1, 256),
)
case(
    UnsupportedImage,
    bmp_with_a_jpeg_inside=lambda: bmp(64, 48, 24, photo(64, 48, "JPEG"), 4),
    bmp_of_odd_depth=lambda: bmp(64, 48, 7, bytes(9999)),
)
