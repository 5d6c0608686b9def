"""Applying a matte, and the resulting cut-out."""

import pytest
from PIL import Image, ImageChops

from common.domain.errors import ImageTooLarge, UnreadableImage, UnsupportedImage
from common.domain.mattes import Matte
from common.imaging.codec import Picture
from tests.looking import codec, read
from tests.photos import decoded, encoded, photo

CODEC = codec()


def left_half(width: int, height: int) -> Image.Image:
    """Return a matte whose subject is the left half, with one soft column at its edge."""
    matte = Image.new("L", (width, height))
    matte.paste(255, (0, 0, width // 2, height))
    matte.paste(128, (width // 2, 0, width // 2 + 1, height))
    return matte


def cut(picture: Picture, matte: Image.Image) -> tuple[Image.Image, Image.Image]:
    cut_out = picture.cut_out(Matte(*matte.size, matte.tobytes()))
    assert (cut_out.width, cut_out.height) == matte.size
    return decoded(cut_out.processed), decoded(cut_out.preview)


def test_the_cut_out_is_a_png_of_the_pictures_full_size() -> None:
    picture = read(photo(900, 700, "JPEG"))

    cut_out, _ = cut(picture, left_half(900, 700))

    assert (cut_out.format, cut_out.mode, cut_out.size) == ("PNG", "RGBA", (900, 700))


def test_the_subject_keeps_its_pixels_to_the_last_bit() -> None:
    picture, subject = read(photo(64, 48)), (0, 0, 32, 48)
    given = picture.rgb.crop(subject).tobytes()

    cut_out, _ = cut(picture, left_half(64, 48))

    assert cut_out.convert("RGB").crop(subject).tobytes() == given
    assert cut_out.getchannel("A").tobytes() == left_half(64, 48).tobytes()


def test_no_colour_of_the_background_remains() -> None:
    picture = read(photo(64, 48))

    cut_out, _ = cut(picture, left_half(64, 48))

    background = cut_out.crop((33, 0, 64, 48))
    assert background.getcolors() == [(31 * 48, (0, 0, 0, 0))]


def test_a_pictures_own_transparency_and_the_matte_both_count() -> None:
    image = Image.new("RGBA", (4, 1), (200, 100, 50, 255))
    image.putpixel((0, 0), (200, 100, 50, 0))
    image.putpixel((1, 0), (200, 100, 50, 128))

    cut_out, _ = cut(read(encoded(image)), left_half(4, 1))

    shown = [cut_out.getpixel((x, 0)) for x in range(4)]
    assert shown == [(0, 0, 0, 0), (200, 100, 50, 128), (200, 100, 50, 128), (0, 0, 0, 0)]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1280, 640), (640, 320)),
        ((640, 1280), (320, 640)),
        ((641, 641), (640, 640)),
        ((640, 480), (640, 480)),
        ((64, 48), (64, 48)),
        ((2000, 2), (640, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_the_previews_longest_side_is_640_and_it_is_never_enlarged(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    _, preview = cut(read(photo(*size)), Image.new("L", size, 255))

    assert (preview.format, preview.size) == ("WEBP", expected)


def test_the_preview_has_the_cut_outs_transparency() -> None:
    _, preview = cut(read(photo(1280, 640)), left_half(1280, 640))

    assert preview.mode == "RGBA"
    assert preview.getpixel((10, 10))[3] == 255  # type: ignore[index]
    assert preview.getpixel((600, 10))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("size", "factor", "subject"),
    [
        ((901, 700), 1, (300, 200, 420, 350)),
        ((901, 700), 1, (0, 0, 1, 1)),
        ((901, 700), 1, (900, 650, 901, 700)),
        ((2301, 1500), 3, (700, 401, 1203, 999)),
        ((2301, 1500), 3, (2000, 1303, 2301, 1500)),
    ],
)
def test_the_preview_shows_the_subject_in_its_place(
    size: tuple[int, int], factor: int, subject: tuple[int, int, int, int]
) -> None:
    matte = Image.new("L", size)
    matte.paste(255, subject)

    _, preview = cut(read(photo(*size)), matte)

    whole = (0, 0, size[0] / factor, size[1] / factor)
    expected = matte.reduce(factor).resize(preview.size, Image.Resampling.HAMMING, whole)
    difference = ImageChops.difference(preview.getchannel("A"), expected)
    assert expected.getbbox() is not None
    assert max(difference.tobytes()) <= 4  # the alpha of a preview has fewer levels


def test_nothing_dark_bleeds_into_the_previews_edge() -> None:
    white = read(encoded(Image.new("RGB", (1280, 1280), "white")))

    _, preview = cut(white, left_half(1280, 1280))

    edge = [preview.getpixel((x, 300)) for x in range(300, 340)]
    seen = [colour for colour in edge if isinstance(colour, tuple) and colour[3] > 40]
    assert len(seen) >= 20
    assert min(min(colour[:3]) for colour in seen) > 235


def test_the_preview_of_an_older_cut_out_is_made_of_its_file() -> None:
    image = Image.new("RGBA", (1280, 640))
    image.paste((255, 0, 0, 255), (0, 0, 640, 640))

    preview = decoded(CODEC.preview(encoded(image)))

    assert (preview.format, preview.mode, preview.size) == ("WEBP", "RGBA", (640, 320))
    assert preview.getpixel((600, 10))[3] == 0  # type: ignore[index]


def test_the_preview_of_a_cut_out_with_a_palette_is_transparent_too() -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(0, (0, 0, 4, 8))

    preview = decoded(CODEC.preview(encoded(image, transparency=0)))

    assert preview.getpixel((1, 1))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", UnreadableImage), (b"text", UnsupportedImage), (photo()[:99], UnreadableImage)],
)
def test_an_older_cut_out_that_cannot_be_read_is_an_error_of_ours(
    content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        CODEC.preview(content)


def test_an_older_cut_out_with_too_many_pixels_is_refused() -> None:
    with pytest.raises(ImageTooLarge):
        codec(1).preview(photo(1001, 1000))
