"""Pictures that Pillow alone would misread: odd transparencies, premultiplied colour, pages and frames."""

import struct

import pytest
from PIL import Image

from tests.looking import read
from tests.photos import encoded, photo
from tests.picture_files import chunk, png
from tests.unit.imaging.hostile_pictures.parts import frames, tiff


def shown(content: bytes) -> list[tuple[int, ...]]:
    """Return the pixels of a picture with their transparency."""
    picture = read(content)
    alpha = picture.alpha or Image.new("L", picture.rgb.size, 255)
    places = [(x, y) for y in range(alpha.height) for x in range(alpha.width)]
    whole = picture.rgb.copy()
    whole.putalpha(alpha)
    found = [whole.getpixel(place) for place in places]
    return [pixel for pixel in found if isinstance(pixel, tuple)]


def numbers(*samples: int) -> bytes:
    return struct.pack(f">{len(samples)}H", *samples)


# A transparent colour, which Pillow reads only at 8 bits


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            png(3, 1, 16, 0, b"\0" + numbers(0x8080, 0x8081, 0x8180), chunk(b"tRNS", numbers(0x8080))),
            [(128, 128, 128, 0), (128, 128, 128, 255), (129, 129, 129, 255)],
        ),
        (
            png(
                2,
                1,
                16,
                2,
                b"\0" + numbers(0x1234, 0x5678, 0x9ABC, 0, 0, 0),
                chunk(b"tRNS", numbers(0, 0, 0)),
            ),
            [(0x12, 0x56, 0x9A, 255), (0, 0, 0, 0)],
        ),
        (
            png(4, 1, 2, 0, b"\0\x1b", chunk(b"tRNS", numbers(1))),
            [(0, 0, 0, 255), (85, 85, 85, 0), (170, 170, 170, 255), (255, 255, 255, 255)],
        ),
        (png(2, 1, 4, 0, b"\0\x0f", chunk(b"tRNS", numbers(15))), [(0, 0, 0, 255), (255, 255, 255, 0)]),
        (png(2, 1, 1, 0, b"\0\x40", chunk(b"tRNS", numbers(1))), [(0, 0, 0, 255), (255, 255, 255, 0)]),
        (png(2, 1, 8, 0, b"\0\x01\x02", chunk(b"tRNS", numbers(0xFF02))), [(1, 1, 1, 255), (2, 2, 2, 0)]),
    ],
    ids=[
        "16 bit grey",
        "16 bit colour",
        "2 bit grey",
        "4 bit grey",
        "1 bit grey",
        "more bits than samples have",
    ],
)
def test_a_transparent_colour_is_kept_at_every_depth(content: bytes, expected: list[tuple[int, ...]]) -> None:
    assert shown(content) == expected


def test_a_palette_with_several_transparencies_is_kept() -> None:
    image = Image.new("P", (3, 1))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.putdata([0, 1, 2])

    content = encoded(image, transparency=bytes((0, 100, 255)))

    assert shown(content) == [(255, 0, 0, 0), (0, 255, 0, 100), (0, 0, 255, 255)]


def test_colour_that_was_multiplied_with_alpha_is_divided_again() -> None:
    plain = encoded(Image.new("RGBA", (1, 1), (50, 25, 0, 128)), "TIFF")
    content = plain.replace(struct.pack("<HHIH", 338, 3, 1, 2), struct.pack("<HHIH", 338, 3, 1, 1))

    assert shown(content) == [(99, 49, 0, 128)]


def test_a_lab_picture_becomes_the_colours_it_shows() -> None:
    red, green, blue, _ = shown(encoded(Image.new("LAB", (1, 1), (200, 128, 128)), "TIFF"))[0]

    assert red == green == blue
    assert 180 < red < 200


def test_the_first_frame_of_an_animation_has_its_place_on_the_canvas() -> None:
    content = frames("PNG", 3)

    assert read(content).rgb.getpixel((0, 0)) == (0, 9, 9)


def test_a_page_in_big_tiff_is_read_as_any_other() -> None:
    assert shown(photo(8, 8, "TIFF", big_tiff=True)) == shown(photo(8, 8, "TIFF")) == shown(photo(8, 8))


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_a_coded_tiff_is_read_to_the_last_bit(compression: str) -> None:
    assert shown(photo(20, 30, "TIFF", compression=compression)) == shown(photo(20, 30))


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_orders_of_bytes_are_read(order: str) -> None:
    content = tiff(bytes(range(64)) * 48, order)

    assert shown(content)[:64] == [(grey, grey, grey, 255) for grey in range(64)]
