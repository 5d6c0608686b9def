"""What is let in of an upload: orientation, transparency and sizes, read without a decoder."""

import io
import struct
from collections.abc import Iterator

import pytest
from PIL import Image

from common.domain.errors import ImageTooLarge, UnreadableImage
from common.imaging.codec import Picture, PillowCodec
from common.imaging.intake.admission import admit, format_of
from common.imaging.intake.bits import Bits
from common.imaging.intake.coded_size import av1_sizes, hevc_sizes
from common.imaging.intake.exif import orientation
from common.imaging.intake.parts import Ceiling
from tests.photos import encoded, photo
from tests.picture_files import HEIC, chunk, png
from tests.unit.imaging.hostile_pictures.parts import frames, patched, sps, tiff

CEILING = Ceiling(50)


def read(content: bytes) -> Picture:
    with PillowCodec(50).open(content) as picture:
        return picture


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


# A transparent colour, which Pillow loses where samples are not of 8 bits


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


def test_the_first_frame_of_an_animation_stands_where_it_belongs_on_its_canvas() -> None:
    content = frames("PNG", 3)
    assert read(content).rgb.getpixel((0, 0)) == (0, 9, 9)
    assert admit(content, CEILING).content.count(b"fdAT") == 0


def test_a_page_in_big_tiff_is_read_as_any_other() -> None:
    assert shown(photo(8, 8, "TIFF", big_tiff=True)) == shown(photo(8, 8, "TIFF")) == shown(photo(8, 8))


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_a_coded_tiff_is_read_to_the_last_bit(compression: str) -> None:
    assert shown(photo(20, 30, "TIFF", compression=compression)) == shown(photo(20, 30))


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_orders_of_bytes_are_read(order: str) -> None:
    content = tiff(bytes(range(64)) * 48, order)

    assert shown(content)[:64] == [(grey, grey, grey, 255) for grey in range(64)]


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_a_large_coded_tiff_is_decoded_in_bands_first(compression: str) -> None:
    content = photo(3000, 2800, "TIFF", compression=compression)
    admitted = admit(content, CEILING)
    bands = [Image.open(io.BytesIO(band)) for band in admitted.trials]

    assert len(bands) >= 4
    assert {band.width for band in bands} == {3000}
    assert sum(band.height for band in bands) == 2800
    whole = Image.new("RGB", (3000, 2800))
    place = 0
    for band in bands:
        whole.paste(band, (0, place))
        place += band.height
    assert whole.tobytes() == read(content).rgb.tobytes()


# Sizes


@pytest.mark.parametrize("size", [(1, 1), (64, 48), (100, 61), (1921, 1083), (1, 20_000)])
def test_the_size_in_av1_is_that_of_the_picture(size: tuple[int, int]) -> None:
    content = encoded(Image.new("RGB", size), "AVIF", speed=10)
    coded = content[content.index(b"mdat") + 4 :]

    assert list(av1_sizes(coded)) == [size]


def test_the_size_in_av1_is_found_in_the_long_header_of_a_film_too() -> None:
    content = frames("AVIF", 3)
    coded = content[content.index(b"mdat") + 4 :]

    assert set(av1_sizes(coded)) == {(64, 48)}


@pytest.mark.parametrize("size", [(64, 64), (8192, 4320), (65_000, 3)])
def test_the_size_in_h265_is_that_of_its_parameters(size: tuple[int, int]) -> None:
    def units() -> Iterator[bytes]:
        yield b"\x40\x01not parameters"
        yield sps(*size)

    assert list(hevc_sizes(units())) == [size]


def test_the_size_in_h265_of_a_real_file() -> None:
    parameters = HEIC[HEIC.index(b"\x42\x01\x01") :][:30]

    assert list(hevc_sizes(iter([parameters]))) == [(64, 64)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF"])
def test_the_limit_counts_for_every_format(kind: str) -> None:
    content = photo(1001, 1000, kind)

    with pytest.raises(ImageTooLarge, match="1001 x 1000 pixels; at most 1 million"):
        admit(content, Ceiling(1))
    assert admit(content, Ceiling(2)).format == kind == format_of(content)


# Small parts


def test_bits_are_taken_from_the_most_significant_on() -> None:
    bits = Bits(b"\xa5\x0f")

    assert [bits.take(1), bits.take(3), bits.take(8), bits.take(4)] == [1, 2, 0x50, 15]
    with pytest.raises(UnreadableImage):
        bits.take(1)


@pytest.mark.parametrize(("code", "number"), [("1", 0), ("010", 1), ("011", 2), ("00100", 3), ("00111", 6)])
def test_exponential_golomb_codes_are_read(code: str, number: int) -> None:
    assert Bits(int(code.ljust(8, "0"), 2).to_bytes()).golomb() == number


EXIF = b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"


@pytest.mark.parametrize(
    ("block", "turned"),
    [
        (EXIF, 6),
        (b"Exif\0\0" + EXIF, 6),
        (b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\3\0\0\0\0\0\0\0", 3),
        (patched(EXIF, 19, b"\x09"), 1),
        (patched(EXIF, 13, b"\2"), 1),
        (patched(EXIF, 4, b"\xff"), 1),
        (EXIF[:15], 1),
        (b"", 1),
        (b"text", 1),
    ],
)
def test_an_orientation_is_read_or_passed_over(block: bytes, turned: int) -> None:
    assert orientation(block) == turned


def test_what_is_admitted_can_be_admitted_again() -> None:
    for kind in ("JPEG", "PNG", "GIF", "TIFF", "WEBP", "AVIF"):
        once = admit(photo(64, 48, kind), CEILING).content
        again = admit(once, CEILING).content

        assert Image.open(io.BytesIO(again)).size == (64, 48)
