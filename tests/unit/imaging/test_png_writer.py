"""The PNG of a cut-out, as another decoder reads it."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from common.imaging import png_writer as png

SIZES = [(1, 1), (3, 64), (64, 65), (5, 200), (20_000, 1), (1, 20_000)]


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (size[1], size[0], 4), np.uint8))


def chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return kind and content of every chunk after verifying its checksum."""
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
    cut_out = noise(size)

    image = Image.open(io.BytesIO(png.encode(cut_out, None)))

    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", size)
    expected = np.array(cut_out)
    expected[expected[..., 3] == 0] = 0
    np.testing.assert_array_equal(np.asarray(image), expected)


def test_the_file_is_built_as_the_format_wants_it() -> None:
    kinds = [kind for kind, _ in chunks(png.encode(noise((40, 300)), b"profile"))]

    assert kinds[:2] == [b"IHDR", b"iCCP"]
    assert kinds[-1] == b"IEND"
    assert set(kinds[2:-1]) == {b"IDAT"}


@pytest.mark.parametrize("size", SIZES)
def test_the_checksum_of_all_strips_is_that_of_the_pixels(size: tuple[int, int]) -> None:
    deflated = b"".join(body for kind, body in chunks(png.encode(noise(size), None)) if kind == b"IDAT")

    assert len(zlib.decompress(deflated)) == size[1] * (1 + 4 * size[0])  # decoding verifies the checksum


def test_no_chunk_of_pixels_is_empty() -> None:
    plain = Image.new("RGBA", (4, 4_000))

    assert all(body for kind, body in chunks(png.encode(plain, None)) if kind == b"IDAT")


def test_the_colour_profile_is_kept() -> None:
    profile = bytes(range(256)) * 20

    image = Image.open(io.BytesIO(png.encode(noise((4, 4)), profile)))

    assert image.info["icc_profile"] == profile


def test_an_empty_picture_takes_hardly_any_bytes() -> None:
    assert len(png.encode(Image.new("RGBA", (2000, 2000), (255, 0, 0, 0)), None)) < 100_000
