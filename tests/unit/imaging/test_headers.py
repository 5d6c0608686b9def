"""The size that a file's header claims, and the formats by their first bytes."""

import struct

import pytest
from PIL import Image

from common.domain.errors import ImageTooLarge, UnreadableImage, UnsupportedImage
from common.imaging import headers
from common.imaging.formats import format_of
from tests.photos import encoded, photo
from tests.picture_files import HEIC
from tests.unit.imaging.hostile_pictures.parts import box, grid_heic, riff, tiff

KINDS = ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF"]
SIZES = [(1, 1), (64, 48), (100, 61), (1921, 1083), (1, 16_000)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_claim_of_a_sound_file_is_its_size(kind: str, size: tuple[int, int]) -> None:
    content = encoded(Image.new("RGB", size), kind)

    assert headers.check(content, 50) == (kind, size[0] * size[1])


@pytest.mark.parametrize(
    ("content", "pixels"),
    [
        (photo(64, 48, "JPEG", progressive=True), 64 * 48),
        (photo(64, 48, "WEBP", lossless=True), 64 * 48),
        (photo(64, 48, "TIFF", big_tiff=True), 64 * 48),
        (tiff(bytes(64 * 48), ">"), 64 * 48),
        (encoded(Image.new("RGBA", (64, 48)), "WEBP"), 64 * 48),
        (HEIC, 64 * 64),
        (grid_heic(2, 3, 192, 128), 192 * 128),
    ],
    ids=["progressive JPEG", "VP8L", "BigTIFF", "big-endian", "VP8X", "HEIC", "HEIC of tiles"],
)
def test_the_claim_is_found_in_every_variant_of_a_format(content: bytes, pixels: int) -> None:
    assert headers.check(content, 50)[1] == pixels


@pytest.mark.parametrize("kind", KINDS)
def test_the_limit_counts_for_every_format(kind: str) -> None:
    content = photo(1001, 1000, kind)

    with pytest.raises(ImageTooLarge, match="1001 x 1000 pixels; at most 1 million"):
        headers.check(content, 1)
    assert headers.check(content, 2)[0] == kind == format_of(content)


def up_to(whole: bytes, mark: bytes, more: int = 0) -> bytes:
    return whole[: whole.index(mark) + len(mark) + more]


@pytest.mark.parametrize(
    "content",
    [
        up_to(photo(64, 48, "JPEG"), b"\xff\xc0", 5),
        up_to(photo(64, 48, "PNG"), b"IHDR", 7),
        photo(64, 48, "GIF")[:9],
        photo(64, 48, "BMP")[:25],
        photo(64, 48, "TIFF")[:100],
        up_to(photo(64, 48, "WEBP"), b"\x9d\x01\x2a", 3),
        up_to(photo(64, 48, "AVIF"), b"ispe", 11),
        up_to(HEIC, b"ispe", 11),
    ],
    ids=[*KINDS, "HEIC"],
)
def test_a_file_that_ends_before_its_size_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableImage):
        headers.check(content, 50)


@pytest.mark.parametrize(
    "content",
    [
        riff((b"VP8L", b"\x2e" + bytes(4))),
        riff((b"VP8 ", bytes(10))),
        riff((b"ALPH", bytes(10))),
        box(b"ftyp", b"avif", bytes(4)) + box(b"mdat", bytes(99)),
        box(b"ftyp", b"avif", bytes(4)) + struct.pack(">I4s", 0, b"mdat"),
        b"\x89PNG\r\n\x1a\n" + bytes(99),
        b"\xff\xd8\xff\xe1\0\2\xff\xd9",
        b"II+\0\x08\0\0\0" + b"\xff" * 99,
    ],
    ids=["VP8L mark", "VP8 mark", "no picture", "no meta", "endless mdat", "no IHDR", "no frame", "far"],
)
def test_a_file_that_claims_no_size_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableImage):
        headers.check(content, 50)


def test_a_film_without_a_still_picture_is_unsupported() -> None:
    with pytest.raises(UnsupportedImage):
        headers.check(box(b"ftyp", b"avis", bytes(4)) + box(b"moov"), 50)


def test_a_size_of_64_bits_is_read_as_such() -> None:
    whole = photo(64, 48, "AVIF")
    first = struct.unpack_from(">I", whole)[0]
    long = struct.pack(">I4sQ", 1, b"free", 16) + whole[first:]

    assert headers.check(whole[:first] + long, 50) == ("AVIF", 64 * 48)
