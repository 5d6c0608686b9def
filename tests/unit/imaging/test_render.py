"""Cut-outs with options: framed, on a background, encoded."""

import io
import zipfile
from typing import Any

import pytest
from PIL import Image, ImageCms

from common.domain.errors import TooManyPixels
from common.domain.mattes import Rendering
from common.domain.options import CutoutOptions, Format, Length
from common.imaging.render import Composed, compose, encode

SIZE = (80, 60)
SUBJECT = (20, 10, 40, 50)  # red on blue
RED, BLUE = (200, 0, 0), (0, 0, 200)
CLEAR, GREEN = (0, 0, 0, 0), (0, 255, 0, 255)


def result_of(picture: Image.Image, alpha: Image.Image, options: CutoutOptions, **chosen: Any) -> Rendering:
    size = picture.size
    composed = compose(picture, alpha, options, **chosen)
    return Rendering(*encode(composed, options.format), *composed.image.size, size, composed.subject)


def rendered(
    *, backdrop: Image.Image | None = None, icc_profile: bytes | None = None, **chosen: Any
) -> Rendering:
    picture, alpha = Image.new("RGB", SIZE, BLUE), Image.new("L", SIZE)
    picture.paste(RED, SUBJECT)
    alpha.paste(255, SUBJECT)
    return result_of(picture, alpha, CutoutOptions(**chosen), backdrop=backdrop, icc_profile=icc_profile)


def opened(rendering: Rendering) -> Image.Image:
    image = Image.open(io.BytesIO(rendering.content))
    assert image.size == (rendering.width, rendering.height)
    assert Image.MIME[image.format or ""] == rendering.content_type
    return image


def is_near(seen: Any, meant: Any) -> bool:
    return all(abs(one - other) <= 6 for one, other in zip(seen, meant, strict=True))


def test_without_options_it_is_the_whole_picture_as_a_transparent_png() -> None:
    result = rendered()
    image = opened(result)

    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", SIZE)
    assert image.getpixel((0, 0)) == CLEAR
    assert image.getpixel((30, 30)) == (*RED, 255)
    assert result.subject == SUBJECT


@pytest.mark.parametrize(("format", "side"), [("webp", 16_383), ("jpg", 65_500), ("zip", 65_500)])
def test_a_side_that_is_too_long_for_the_format_is_refused(format: Format, side: int) -> None:
    at_most, longer = (Composed(Image.new("RGBA", (1, length)), None, None) for length in (side, side + 1))

    assert encode(at_most, format)
    with pytest.raises(TooManyPixels, match=f"has {side + 1} pixels"):
        encode(longer, format)


def test_a_side_that_is_too_long_for_a_jpeg_makes_an_opaque_picture_a_png() -> None:
    opaque = Composed(Image.new("RGBA", (1, 65_501), RED), None, None)

    assert encode(opaque, "auto")[1] == "image/png"


def test_a_crop_with_a_margin() -> None:
    result = rendered(crop=True, crop_margin=(Length(1), Length(2), Length(3), Length(4)))
    image = opened(result).convert("RGBA")

    assert image.size == (26, 44)
    assert image.getchannel("A").getbbox() == (4, 1, 24, 41)
    assert image.getpixel((4, 1)) == (*RED, 255)
    assert result.subject == SUBJECT  # marks a place in the picture


def test_scale_and_position() -> None:
    image = opened(rendered(scale=0.5, position=(0.0, 1.0))).convert("RGBA")

    assert image.size == SIZE
    box = image.getchannel("A").point(lambda value: 255 * (value > 127)).getbbox()
    assert box == (0, 30, 15, 60)


@pytest.mark.parametrize(
    ("chosen", "format"),
    [
        ({}, "PNG"),
        ({"background": GREEN}, "JPEG"),
        ({"background": (0, 255, 0, 128)}, "PNG"),
        ({"background": GREEN, "format": "png"}, "PNG"),
        ({"format": "jpg"}, "JPEG"),
        ({"format": "webp"}, "WEBP"),
        ({"alpha_only": True}, "PNG"),
        ({"alpha_only": True, "format": "jpg"}, "JPEG"),
        ({"alpha_only": True, "format": "webp"}, "WEBP"),
    ],
)
def test_formats(chosen: dict[str, Any], format: str) -> None:
    assert opened(rendered(**chosen)).format == format


def test_a_colour_behind_the_subject() -> None:
    image = opened(rendered(background=GREEN, format="png")).convert("RGBA")

    assert image.getpixel((0, 0)) == GREEN
    assert image.getpixel((30, 30)) == (*RED, 255)


def test_a_transparent_colour_behind_the_subject() -> None:
    image = opened(rendered(background=(0, 255, 0, 128)))

    assert image.getpixel((0, 0)) == (0, 255, 0, 128)
    assert image.getpixel((30, 30)) == (*RED, 255)


@pytest.mark.parametrize("size", [(80, 60), (400, 60), (20, 300)])
def test_a_backdrop_covers_the_canvas_centred(size: tuple[int, int]) -> None:
    backdrop = Image.new("RGB", size, "black")
    middle = (size[0] // 2, size[1] // 2)
    backdrop.paste("white", (middle[0] - 4, middle[1] - 4, middle[0] + 4, middle[1] + 4))

    image = opened(rendered(backdrop=backdrop, format="png")).convert("RGB")

    assert image.size == SIZE
    assert image.getpixel((40, 30)) == (255, 255, 255)
    assert image.getpixel((0, 0)) == image.getpixel((79, 59)) == (0, 0, 0)
    assert image.getpixel((30, 15)) == RED


def test_a_jpeg_of_a_transparent_cut_out_is_white_behind_it() -> None:
    image = opened(rendered(format="jpg"))

    assert is_near(image.getpixel((0, 0)), (255, 255, 255))
    assert is_near(image.getpixel((30, 30)), RED)


def test_the_matte_alone() -> None:
    image = opened(rendered(alpha_only=True, crop=True, crop_margin=(Length(1),) * 4))

    assert (image.mode, image.size) == ("L", (22, 42))
    assert image.getbbox() == (1, 1, 21, 41)
    assert image.getpixel((5, 5)) == 255


def test_a_zip_of_colours_and_matte() -> None:
    result = rendered(format="zip")

    assert result.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(result.content)) as archive:
        assert archive.namelist() == ["color.jpg", "alpha.png"]
        colour, alpha = (Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist())
    assert (colour.format, colour.mode, colour.size) == ("JPEG", "RGB", SIZE)
    assert (alpha.format, alpha.mode, alpha.getbbox()) == ("PNG", "L", SUBJECT)
    assert is_near(colour.getpixel((30, 30)), RED)
    assert is_near(colour.getpixel((70, 50)), (255, 255, 255))  # nothing of the background remains


def test_a_profile_stays_without_a_background_and_is_converted_with_one() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    assert opened(rendered(icc_profile=profile)).info["icc_profile"] == profile
    assert opened(rendered(icc_profile=profile, format="webp")).info["icc_profile"] == profile
    assert "icc_profile" not in opened(rendered(icc_profile=profile, background=GREEN)).info
    assert is_near(opened(rendered(icc_profile=b"damaged", background=GREEN)).getpixel((30, 30)), RED)


def test_a_picture_without_a_subject_is_not_framed() -> None:
    options = CutoutOptions(crop=True, scale=0.5)

    result = result_of(Image.new("RGB", SIZE), Image.new("L", SIZE, 10), options)

    assert result.subject is None
    assert (result.width, result.height) == result.picture == SIZE
