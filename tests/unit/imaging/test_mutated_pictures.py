"""Real files of every format, damaged at random, are pictures within the limits or raise our errors.

`python -m tests.unit.imaging.test_mutated_pictures 100000 7` tries this number of cases with another seed.
"""

import random
import struct
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from common.domain.errors import PictureError
from common.domain.mattes import Matte
from tests.looking import codec
from tests.photos import decoded, encoded, photo
from tests.picture_files import HEIC, SRGB
from tests.tiers import one_in
from tests.unit.imaging.hostile_pictures.parts import EXIF, frames, grid_heic, interlaced, photo_with_alpha

MEGAPIXELS = 1
CASES_A_FILE = 300
SECONDS = 10  # for one case; its worker is killed after at most half of this

FILES = {
    "JPEG": photo(64, 48, "JPEG", exif=EXIF, icc_profile=SRGB),
    "progressive JPEG": photo(64, 48, "JPEG", progressive=True, subsampling=0),
    "CMYK JPEG": encoded(Image.new("CMYK", (64, 48), (9, 99, 199, 0)), "JPEG"),
    "MPO": frames("MPO", 2),
    "PNG": photo(64, 48, "PNG", exif=EXIF, icc_profile=SRGB),
    "PNG with a palette": encoded(Image.linear_gradient("L").convert("P"), "PNG", transparency=7),
    "deep PNG": encoded(Image.new("I;16", (64, 48), 999), "PNG", transparency=999),
    "interlaced PNG": interlaced(64, 48),
    "animated PNG": frames("PNG", 3),
    "WebP": photo(64, 48, "WEBP"),
    "WebP with alpha": photo_with_alpha("WEBP"),
    "lossless WebP": photo(64, 48, "WEBP", lossless=True, exif=EXIF, icc_profile=SRGB),
    "animated WebP": frames("WEBP", 3),
    "GIF": photo(64, 48, "GIF", comment=b"made by a test"),
    "animated GIF": frames("GIF", 3),
    "BMP": photo(16, 12, "BMP"),
    "BMP with a palette": encoded(Image.linear_gradient("L").resize((16, 12)).convert("P"), "BMP"),
    "TIFF": photo(16, 12, "TIFF", exif=EXIF, icc_profile=SRGB),
    "TIFF in LZW": photo(64, 48, "TIFF", compression="tiff_lzw"),
    "TIFF in Deflate": photo(64, 48, "TIFF", compression="tiff_adobe_deflate"),
    "TIFF in JPEG": photo(64, 48, "TIFF", compression="jpeg"),
    "TIFF of one bit": encoded(Image.linear_gradient("L").convert("1"), "TIFF"),
    "TIFF of several pages": frames("TIFF", 3, compression="packbits"),
    "AVIF": photo(64, 48, "AVIF", exif=EXIF, icc_profile=SRGB),
    "AVIF with alpha": photo_with_alpha("AVIF"),
    "animated AVIF": frames("AVIF", 3),
    "HEIC": HEIC,
    "HEIC of tiles": grid_heic(2, 3, 192, 128),
}


# Ways to damage a file


def flip_bits(choose: random.Random, content: bytearray) -> None:
    for _ in range(choose.randint(1, 8)):
        content[choose.randrange(len(content))] ^= 1 << choose.randrange(8)


def flip_a_bit_at_the_start(choose: random.Random, content: bytearray) -> None:
    content[choose.randrange(min(len(content), 64))] ^= 1 << choose.randrange(8)


def cut_off(choose: random.Random, content: bytearray) -> None:
    del content[choose.randrange(1, len(content)) :]


def remove_a_span(choose: random.Random, content: bytearray) -> None:
    start = choose.randrange(len(content))
    del content[start : start + choose.randint(1, 64)]


def repeat_a_span(choose: random.Random, content: bytearray) -> None:
    start = choose.randrange(len(content))
    content[start:start] = content[start : start + choose.randint(1, 64)] * choose.choice((1, 2, 50))


def overwrite_a_span(choose: random.Random, content: bytearray) -> None:
    start = choose.randrange(len(content))
    end = min(len(content), start + choose.randint(1, 16))
    content[start:end] = choose.randbytes(end - start)


def set_a_number(choose: random.Random, content: bytearray) -> None:
    """Write a number that is likely to overflow over a possible length, size or offset."""
    size = choose.choice((1, 2, 4, 8))
    number = choose.choice((0, 1, 2, 255, 256, 1 << 15, 1 << 16, 1 << 31, (1 << 32) - 1, (1 << 64) - 1))
    start = choose.randrange(len(content))
    end = min(len(content), start + size)
    written = (number & (1 << 8 * size) - 1).to_bytes(size, choose.choice(("big", "little")))
    content[start:end] = written[: end - start]


def swap_spans(choose: random.Random, content: bytearray) -> None:
    size = choose.randint(1, 32)
    one, other = (choose.randrange(max(1, len(content) - size)) for _ in range(2))
    content[one : one + size], content[other : other + size] = (
        content[other : other + size],
        content[one : one + size],
    )


DAMAGES: tuple[Callable[[random.Random, bytearray], None], ...] = (
    flip_bits,
    flip_a_bit_at_the_start,
    cut_off,
    remove_a_span,
    repeat_a_span,
    overwrite_a_span,
    set_a_number,
    set_a_number,
    swap_spans,
)


def with_right_checksums(content: bytes) -> bytes:
    """Return a PNG whose checksums are correct again, as far as its lengths allow."""
    sealed, place = bytearray(content), 8
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        end = place + 8 + length
        if end + 4 > len(content):
            break
        sealed[end : end + 4] = struct.pack(">I", zlib.crc32(content[place + 4 : end]))
        place = end + 4
    return bytes(sealed)


def damaged(choose: random.Random, whole: bytes) -> bytes:
    content = bytearray(whole)
    for _ in range(choose.choice((1, 1, 1, 2, 4))):
        if len(content) > 1:
            choose.choice(DAMAGES)(choose, content)
    is_png = content.startswith(b"\x89PNG")
    return with_right_checksums(bytes(content)) if is_png and choose.random() < 0.8 else bytes(content)


def outcome_of(content: bytes) -> str:
    """Return the outcome at a picture worker, and raise AssertionError if it is not allowed."""
    start = time.monotonic()
    try:
        with codec(MEGAPIXELS).open(content) as picture:
            cut_out = picture.cut_out(Matte(1, 1, b"\xff"))
    except PictureError as error:
        ended = type(error).__name__
    else:
        ended = "Picture"
        assert 0 < cut_out.width * cut_out.height <= MEGAPIXELS * 1_000_000
        assert decoded(cut_out.processed).size == (cut_out.width, cut_out.height)
        assert decoded(cut_out.preview).format == "WEBP"
    assert time.monotonic() - start < SECONDS
    return ended


def outcomes(name: str, seed: int, number: int) -> Iterator[str]:
    choose = random.Random(f"{name} {seed}")
    for case in range(number):
        content = damaged(choose, FILES[name])
        try:
            yield outcome_of(content)
        except BaseException as error:
            error.add_note(f"{name}, seed {seed}, case {case}: {content.hex()}")
            raise


@pytest.mark.parametrize("name", one_in(3, *FILES))
def test_a_damaged_file_is_a_picture_within_the_limits_or_an_error_of_ours(name: str) -> None:
    ended = Counter(outcomes(name, 5, CASES_A_FILE))

    assert ended.total() == CASES_A_FILE
    assert ended["UnreadableImage"] > 0


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_a_picture_before_it_is_damaged(name: str) -> None:
    assert outcome_of(FILES[name]) == "Picture"


if __name__ == "__main__":
    for tried in FILES:
        seen = Counter(outcomes(tried, int(sys.argv[2]), int(sys.argv[1]) // len(FILES)))
        print(tried, dict(seen), flush=True)
