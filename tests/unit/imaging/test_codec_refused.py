"""Refused files: too many pixels, damaged, or no picture."""

import io
import struct
import zipfile

import pytest
from PIL import Image

from common.domain.errors import ImageTooLarge, UnreadableImage, UnsupportedImage
from tests.looking import codec, read
from tests.photos import encoded, photo
from tests.picture_files import HEIC, png


@pytest.mark.parametrize(
    "content",
    [
        png(100_000, 100_000, 8, 2, b""),
        b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 100_000, 100_000, 1, 24, 0, 0, 0, 0, 0, 0),
        b"GIF89a" + struct.pack("<HHBBB", 60_000, 60_000, 0, 0, 0) + b",\0\0\0\0\x60\xea\x60\xea\0\x02\0;",
    ],
    ids=["PNG", "BMP", "GIF"],
)
def test_too_many_pixels_are_refused_before_anything_is_decoded(content: bytes) -> None:
    # Only the header claims gigabytes; there are no pixels, so decoding would fail otherwise.
    with pytest.raises(ImageTooLarge, match=r"\d+ x \d+ pixels; at most 50 million are allowed"):
        read(content)
    with pytest.raises(ImageTooLarge):
        codec().preview(content)


def test_the_limit_itself_is_allowed() -> None:
    assert read(photo(1000, 1000), megapixels=1).rgb.size == (1000, 1000)
    with pytest.raises(ImageTooLarge):
        read(photo(1001, 1000), megapixels=1)


@pytest.mark.parametrize("share", [0.5, 0.97, 0.02])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIC"])
def test_a_picture_that_is_cut_off_is_damaged(kind: str, share: float) -> None:
    whole = HEIC if kind == "HEIC" else photo(300, 200, kind)

    with pytest.raises(UnreadableImage):
        read(whole[: max(int(len(whole) * share), 13)])


def test_a_picture_whose_pixels_are_damaged_is_unreadable() -> None:
    whole = photo(100, 100)
    pixels = whole.index(b"IDAT") + 4

    with pytest.raises(UnreadableImage):
        read(whole[:pixels] + b"\0\xff" * 20 + whole[pixels + 40 :])


def test_nothing_at_all_is_a_damaged_picture() -> None:
    with pytest.raises(UnreadableImage):
        read(b"")


def _zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.png", photo())
    return buffer.getvalue()


OTHER_FILES = {
    "text": b"Dear Sir or Madam,\n",
    "text that begins as a bitmap does": b"BMW is a maker of cars, and not a picture",
    "HTML": b"<!doctype html><p>hello",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>',
    "PDF": encoded(Image.new("RGB", (48, 32)), "PDF"),
    "zip": _zipped(),
    "EPS": encoded(Image.new("RGB", (48, 32)), "EPS"),
    "PPM": encoded(Image.new("RGB", (48, 32)), "PPM"),
    "ICO": encoded(Image.new("RGB", (48, 32)), "ICO"),
    "WAV": b"RIFF\x24\0\0\0WAVEfmt ",
    "video": b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
    "zeros": bytes(1000),
}


@pytest.mark.parametrize("content", OTHER_FILES.values(), ids=OTHER_FILES)
def test_a_file_that_is_no_picture_we_read_is_unsupported(content: bytes) -> None:
    with pytest.raises(UnsupportedImage, match="Send a JPEG, PNG, WebP"):
        read(content)
    assert codec().content_type(content) == "application/octet-stream"
