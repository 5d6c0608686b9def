"""Reading pictures: formats, orientation, colour and transparency."""

import io
import struct

import pytest
from PIL import Image

from common.domain.mattes import Matte, ViewSpec
from common.imaging.codec import Picture
from common.imaging.formats import media_type
from tests.looking import read, seen
from tests.photos import encoded
from tests.picture_files import GREY, HEIC, SRGB, chunk, inks_profile, png

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)
CORNERS = {"top left": (2, 2), "top right": (-3, 2), "bottom right": (-3, -3), "bottom left": (2, -3)}


def quadrants(width: int = 48, height: int = 32) -> Image.Image:
    """Return a picture with another colour in each corner."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (width // 2, height // 2, width, height))
    image.paste(WHITE, (0, height // 2, width // 2, height))
    return image


def pixel(image: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    """Return a pixel; negative coordinates count from the other side."""
    found = image.getpixel((place[0] % image.width, place[1] % image.height))
    assert isinstance(found, tuple)
    return found


def near(one: tuple[int, ...], other: tuple[int, ...], most: int = 12) -> bool:
    return all(abs(a - b) <= most for a, b in zip(one, other, strict=True))


def opaque_matte(picture: Picture) -> Matte:
    width, height = picture.rgb.size
    return Matte(width, height, b"\xff" * (width * height))


def as_shown(picture: Picture) -> Image.Image:
    """Return the picture as a remover sees it at full size."""
    return seen(picture.view(ViewSpec("rgb", 100_000)))


def pixels(image: Image.Image) -> list[tuple[int, ...]]:
    return [pixel(image, (x, y)) for y in range(image.height) for x in range(image.width)]


# Formats


def several(kind: str, **options: object) -> bytes:
    """Return a file whose first picture is this one."""
    black = Image.new("RGB", (48, 32))
    return encoded(quadrants(), kind, save_all=True, append_images=[black], **options)


FILES = {
    "JPEG": (encoded(quadrants(), "JPEG", quality=95), "image/jpeg"),
    "MPO": (several("MPO", quality=95), "image/jpeg"),
    "PNG": (encoded(quadrants(), "PNG"), "image/png"),
    "WebP": (encoded(quadrants(), "WEBP", quality=95), "image/webp"),
    "animated WebP": (several("WEBP", quality=95), "image/webp"),
    "GIF": (encoded(quadrants(), "GIF"), "image/gif"),
    "animated GIF": (several("GIF"), "image/gif"),
    "BMP": (encoded(quadrants(), "BMP"), "image/bmp"),
    "TIFF": (encoded(quadrants(), "TIFF"), "image/tiff"),
    "multi-page TIFF": (several("TIFF"), "image/tiff"),
    "compressed TIFF": (encoded(quadrants(), "TIFF", compression="tiff_lzw"), "image/tiff"),
    "AVIF": (encoded(quadrants(), "AVIF", quality=95), "image/avif"),
}


@pytest.mark.parametrize(("content", "content_type"), FILES.values(), ids=FILES)
def test_every_guaranteed_format_is_read_as_its_first_picture(content: bytes, content_type: str) -> None:
    picture = read(content)

    assert (picture.rgb.mode, picture.rgb.size, picture.alpha) == ("RGB", (48, 32), None)
    shown = [pixel(picture.rgb, place) for place in CORNERS.values()]
    assert all(map(near, shown, (RED, GREEN, BLUE, WHITE))), shown
    assert media_type(content) == content_type


def test_a_heic_is_read_as_its_camera_was_held() -> None:
    picture = read(HEIC)

    assert (picture.rgb.size, media_type(HEIC)) == ((32, 48), "image/heic")
    shown = [pixel(picture.rgb, place) for place in CORNERS.values()]
    assert all(map(near, shown, (BLUE, RED, BLUE, BLUE))), shown


# The corners of the stored picture after turning it upright, from the table in the EXIF standard

TOP_LEFT_AND_TOP_RIGHT_GO_TO = {
    1: ("top left", "top right"),
    2: ("top right", "top left"),
    3: ("bottom right", "bottom left"),
    4: ("bottom left", "bottom right"),
    5: ("top left", "bottom left"),
    6: ("top right", "bottom right"),
    7: ("bottom right", "top right"),
    8: ("bottom left", "top left"),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", TOP_LEFT_AND_TOP_RIGHT_GO_TO)
def test_a_picture_is_turned_upright(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(quadrants(), kind, exif=exif.tobytes())

    upright = read(content).rgb

    assert upright.size == ((48, 32) if orientation < 5 else (32, 48))
    red, green = TOP_LEFT_AND_TOP_RIGHT_GO_TO[orientation]
    assert near(pixel(upright, CORNERS[red]), RED)
    assert near(pixel(upright, CORNERS[green]), GREEN)


def test_an_orientation_that_does_not_exist_is_passed_over() -> None:
    exif = Image.Exif()
    exif[0x0112] = 99

    assert read(encoded(quadrants(), "JPEG", exif=exif.tobytes())).rgb.size == (48, 32)


# Colour

STEPS = struct.pack(">3H", 0, 0x8080, 0xFFFF)
GREYS = [(0, 0, 0), (128, 128, 128), (255, 255, 255)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (png(3, 1, 16, 0, b"\0" + STEPS), GREYS),
        (encoded(Image.frombytes("I;16B", (3, 1), STEPS), "TIFF"), GREYS),
        (encoded(Image.new("I", (1, 1), 0x8080), "TIFF"), GREYS[1:2]),
        (encoded(Image.new("F", (1, 1), 0.25), "TIFF"), [(63, 63, 63)]),
        (png(2, 1, 16, 2, b"\0" + STEPS + STEPS[::-1]), [(0, 128, 255), (255, 128, 0)]),
        (png(2, 1, 16, 6, b"\0" + 2 * (STEPS + b"\xff\xff")), [(0, 128, 255)] * 2),
        (encoded(Image.new("1", (1, 1), 1)), [WHITE]),
        (encoded(Image.new("L", (1, 1), 77)), [(77, 77, 77)]),
        (encoded(Image.new("CMYK", (1, 1), (255, 0, 0, 0)), "TIFF"), [(0, 255, 255)]),
    ],
    ids=["I;16 PNG", "I;16B TIFF", "I", "F", "RGB 16 bit", "RGBA 16 bit", "1", "L", "CMYK"],
)
def test_deep_and_uncommon_colours_become_rgb(content: bytes, expected: list[tuple[int, ...]]) -> None:
    assert pixels(read(content).rgb) == expected


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_inks_are_mixed_as_their_profile_says(kind: str) -> None:
    cyan = Image.new("CMYK", (8, 8), (255, 0, 0, 0))

    plain, profiled, damaged = (
        read(encoded(cyan, kind, **options))
        for options in ({}, {"icc_profile": inks_profile()}, {"icc_profile": b"not a profile"})
    )

    red, green, blue = pixel(profiled.rgb, (4, 4))
    assert green > 150 > 60 > max(red, blue), "this profile's cyan is green"
    assert pixel(plain.rgb, (4, 4)) == pixel(damaged.rgb, (4, 4)) == (0, 255, 255)
    assert (plain.icc_profile, profiled.icc_profile, damaged.icc_profile) == (None, None, None)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_colour_profile_is_kept_for_the_cut_out_and_its_preview(mode: str) -> None:
    picture = read(encoded(quadrants().convert(mode), icc_profile=SRGB))

    outcome = picture.cut_out(opaque_matte(picture))

    assert picture.icc_profile == SRGB
    images = (outcome.processed, outcome.preview)
    assert [Image.open(io.BytesIO(image)).info["icc_profile"] for image in images] == [SRGB, SRGB]


@pytest.mark.parametrize(("mode", "profile"), [("L", GREY), ("LA", GREY), ("L", SRGB), ("RGB", GREY)])
def test_a_profile_that_does_not_fit_rgb_is_dropped(mode: str, profile: bytes) -> None:
    picture = read(encoded(quadrants().convert(mode), icc_profile=profile))

    processed = picture.cut_out(opaque_matte(picture)).processed

    assert "icc_profile" not in Image.open(io.BytesIO(processed)).info


# The picture's own transparency


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_pictures_own_transparency_is_kept(mode: str) -> None:
    image = Image.new(mode, (3, 1), (90, 90, 90, 255)[-len(mode) :])
    for x, alpha in enumerate((0, 100, 255)):
        image.putpixel((x, 0), (90, 90, 90, alpha)[-len(mode) :])

    picture = read(encoded(image))

    assert picture.alpha is not None
    assert list(picture.alpha.tobytes()) == [0, 100, 255]
    assert pixels(picture.rgb) == [(90, 90, 90)] * 3
    assert pixels(as_shown(picture)) == [WHITE, (190, 190, 190), (90, 90, 90)]


def test_a_palettes_transparent_colour_is_kept() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)

    for kind in ("PNG", "GIF"):
        picture = read(encoded(image, kind, transparency=0))
        assert picture.alpha is not None
        assert list(picture.alpha.tobytes()) == [0, 255]
        assert pixel(picture.rgb, (1, 0)) == BLUE


def test_a_transparent_colour_of_a_picture_without_a_palette_is_kept() -> None:
    transparent = chunk(b"tRNS", struct.pack(">H", 0x80))

    picture = read(png(3, 1, 8, 0, b"\0\x00\x80\xff", transparent))

    assert picture.alpha is not None
    assert list(picture.alpha.tobytes()) == [255, 0, 255]


def test_an_opaque_picture_is_shown_to_removers_as_it_is() -> None:
    picture = read(encoded(quadrants()))

    assert as_shown(picture).tobytes() == picture.rgb.tobytes()
