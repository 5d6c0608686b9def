"""WebP, AVIF and HEIC: headers and boxes that disagree with the coded picture."""

import random
import struct
from functools import partial

from common.domain.errors import TooManyPixels, UnreadableImage, UnsupportedImage
from tests.photos import photo
from tests.picture_files import HEIC
from tests.unit.imaging.hostile_pictures.corpus import SMALL, Read, case
from tests.unit.imaging.hostile_pictures.parts import (
    EXIF,
    box,
    canvas,
    flat,
    frames,
    grid_heic,
    heic_of_size,
    lying_ispe,
    patched,
    riff,
    webp_frame,
    webp_pixels,
    zipped,
)

case(
    SMALL,
    webp_of_many_frames=partial(frames, "WEBP", 100),
    webp_of_100_000_frames=lambda: riff(
        canvas(64, 48, 2), (b"ANIM", bytes(6)), webp_frame(), *[(b"ANMF", bytes(24))] * 90_000
    ),
    webp_huge_exif=lambda: riff(canvas(64, 48, 8), webp_pixels(), (b"EXIF", b"II*\0" + bytes(19 << 20))),
    webp_many_unknown_chunks=lambda: riff(canvas(64, 48), webp_pixels(), *[(b"abcd", b"")] * 90_000),
)
case(
    UnreadableImage,
    webp_picture_larger_than_its_canvas=lambda: riff(
        canvas(64, 48), (b"VP8 ", patched(webp_pixels()[1], 6, b"\xff\x3f\xff\x3f"))
    ),
    webp_frame_of_gigapixels=lambda: riff(
        canvas(64, 48, 2), (b"ANIM", bytes(6)), webp_frame(1 << 24, 1 << 24)
    ),
    webp_profile_of_10_mb=lambda: riff(canvas(64, 48, 32), (b"ICCP", bytes(10 << 20)), webp_pixels()),
    webp_endless_chunks=lambda: riff(canvas(64, 48), webp_pixels(), *[(b"abcd", b"")] * 2_000_000),
    webp_canvas_without_a_picture=lambda: riff(canvas(64, 48)),
    webp_canvas_larger_than_its_picture=lambda: riff(canvas(7000, 7000), webp_pixels()),
    webp_longer_than_the_file=lambda: patched(photo(64, 48, "WEBP"), 4, b"\xff\xff\xff\x7f"),
    webp_truncated=lambda: photo(300, 200, "WEBP")[:-500],
    webp_of_zero_width=lambda: patched(photo(64, 48, "WEBP"), 26, bytes(4)),
)
case(
    TooManyPixels,
    webp_canvas_of_gigapixels=lambda: riff(canvas(16_000_000, 250), webp_pixels()),
    webp_picture_of_gigapixels=lambda: patched(photo(64, 48, "WEBP"), 26, b"\xff\x3f\xff\x3f"),
)


case(
    SMALL,
    avif_picture_larger_than_its_boxes=lambda: lying_ispe(
        flat("AVIF", 8000, 8000, speed=10), (8000, 8000), (64, 48)
    ),
    avif_of_many_frames=partial(frames, "AVIF", 20),
    avif_huge_exif=lambda: photo(64, 48, "AVIF", exif=b"Exif\0\0II*\0" + bytes(15 << 20)),
    avif_damaged_exif=lambda: photo(64, 48, "AVIF", exif=EXIF).replace(EXIF[6:], EXIF[6:-18] + b"\xff" * 18),
    avif_and_zip=lambda: photo(64, 48, "AVIF") + box(b"free", zipped()),
)
case(
    TooManyPixels,
    avif_boxes_of_gigapixels=lambda: lying_ispe(photo(64, 48, "AVIF"), (64, 48), (65_000, 65_000)),
    heic_boxes_of_gigapixels=lambda: lying_ispe(HEIC, (64, 64), (65_000, 65_000)),
)
case(
    UnreadableImage,
    heic_picture_larger_than_its_boxes=partial(heic_of_size, 30_000, 30_000),
    avif_boxes_of_zero_width=lambda: lying_ispe(photo(64, 48, "AVIF"), (64, 48), (0, 0)),
    avif_box_longer_than_the_file=lambda: patched(photo(64, 48, "AVIF"), 32, b"\x7f\xff\xff\xff"),
    avif_endless_boxes=lambda: photo(64, 48, "AVIF") + box(b"free") * 2_000_000,
    avif_truncated=lambda: photo(300, 200, "AVIF")[:-50],
    avif_of_boxes_in_boxes=lambda: box(b"ftyp", b"avif\0\0\0\0") + nested(100_000),
    heic_truncated=lambda: HEIC[:-100],
    heic_endless_items=lambda: patched(HEIC, HEIC.index(b"iloc") + 10, b"\xff\xff"),
    heic_item_outside_the_file=lambda: HEIC.replace(b"\0\1\0\0\0\0\0\0\0\x66", b"\0\1\0\0\0\0\x7f\0\0\x66"),
)
case(
    UnsupportedImage,
    avif_film_without_a_picture=lambda: box(b"ftyp", b"avis", bytes(4)) + box(b"moov"),
)


def nested(depth: int) -> bytes:
    return b"".join(struct.pack(">I4s", 8 * (depth - n), b"meta") for n in range(depth))


# Valid headers followed by noise, which only the decoder can tell from a picture


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def noise_in_lossy_webp() -> bytes:
    whole = flat("WEBP", 7000, 7000, "RGB", method=0)
    return whole[:30] + noise(len(whole) - 30)


def noise_in_lossless_webp() -> bytes:
    return riff((b"VP8L", flat("WEBP", 7000, 7000, "RGB", lossless=True, method=0)[20:25] + noise(5000)))


def noise_in_avif() -> bytes:
    return flat("AVIF", 7000, 7000, "RGB", speed=10)[:-300] + noise(300)


case(
    UnreadableImage,
    webp_of_noise=noise_in_lossy_webp,
    webp_of_noise_lossless=noise_in_lossless_webp,
    avif_of_noise=noise_in_avif,
)
case(Read(192, 128), heic_of_tiles=partial(grid_heic, 2, 3, 192, 128))
case(TooManyPixels, heic_of_tiles_of_gigapixels=partial(grid_heic, 10, 10, 40_000, 40_000))
case(
    UnreadableImage,
    heic_of_too_few_tiles=partial(grid_heic, 2, 2, 128, 128, tiles=3),
    heic_of_too_small_tiles=partial(grid_heic, 2, 2, 7000, 7000),
    heic_of_endless_tiles=partial(grid_heic, 200, 200, 7000, 7000),
)
