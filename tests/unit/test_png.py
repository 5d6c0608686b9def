"""The PNG of a cut-out, as another decoder reads it."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from common import png

SIZES = [(1, 1), (3, 64), (64, 65), (5, 200), (20_000, 1), (1, 20_000)]


def noise(size: tuple[int, int], mode: str) -> Image.Image:
    shape = (size[1], size[0], 3) if mode == "RGB" else (size[1], size[0])
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, shape, np.uint8))


def chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return the kind and the content of every chunk, whose checksum is right."""
    found, at = [], 8
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert int.from_bytes(content[at + 8 + length : at + 12 + length], "big") == zlib.crc32(kind + body)
        found.append((kind, body))
        at += 12 + length
    return found


@pytest.mark.parametrize("size", SIZES)
def test_every_pixel_that_is_seen_is_read_again_and_the_rest_is_black(size: tuple[int, int]) -> None:
    rgb, alpha = noise(size, "RGB"), noise(size, "L")

    image = Image.open(io.BytesIO(png.encode(rgb, alpha, None)))

    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", size)
    expected = np.dstack([np.asarray(rgb), np.asarray(alpha)])
    expected[expected[..., 3] == 0] = 0
    np.testing.assert_array_equal(np.asarray(image), expected)


def test_the_file_is_built_as_the_format_wants_it() -> None:
    kinds = [
        kind for kind, _ in chunks(png.encode(noise((40, 300), "RGB"), noise((40, 300), "L"), b"profile"))
    ]

    assert kinds[:2] == [b"IHDR", b"iCCP"]
    assert kinds[-1] == b"IEND"
    assert set(kinds[2:-1]) == {b"IDAT"}


def test_no_chunk_of_pixels_is_empty() -> None:
    plain = Image.new("RGB", (4, 4_000)), Image.new("L", (4, 4_000))

    assert all(body for kind, body in chunks(png.encode(*plain, None)) if kind == b"IDAT")


def test_the_colour_profile_is_kept() -> None:
    profile = bytes(range(256)) * 20

    image = Image.open(io.BytesIO(png.encode(noise((4, 4), "RGB"), noise((4, 4), "L"), profile)))

    assert image.info["icc_profile"] == profile


def test_what_is_empty_takes_hardly_any_bytes() -> None:
    assert (
        len(png.encode(Image.new("RGB", (2000, 2000), "red"), Image.new("L", (2000, 2000)), None)) < 100_000
    )
