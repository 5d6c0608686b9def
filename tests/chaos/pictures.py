"""Pictures that contain their number as black and white squares, which no removal cuts off."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from PIL import Image

from tests.photos import encoded, photo

_SIDE = 5  # side of a square in pixels
_COLUMNS, _ROWS = 6, 5
_CORNER = 24  # side in pixels of the square that a touch-up draws
CORNER_STEP = 30  # between the alpha values that touch-ups draw
_KINDS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")


@dataclass
class Picture:
    """A picture, and the removals that it may have cost so far."""

    number: int
    content: bytes
    size: tuple[int, int]
    calls: int = 0  # its uploads so far
    payments: int = 0  # with a cause
    is_excused: bool = False  # a fault may have come between a payment and its record


def paint(number: int, rng: Random) -> Picture:
    """Return the picture with this number, in a random size and format."""
    size = rng.choice(((128, 96), (200, 150), (150, 400), (640, 480), (1200, 900)))
    with Image.open(io.BytesIO(photo(*size))) as image:
        for place, (left, top) in enumerate(_corners(size)):
            colour = "white" if number >> place & 1 else "black"
            image.paste(colour, (left, top, left + _SIDE, top + _SIDE))
        return Picture(number, encoded(image, rng.choice(_KINDS)), size)


def draw_matte(size: tuple[int, int], rng: Random) -> tuple[int, bytes]:
    """Return the alpha of the corner of a matte, and the matte, which keeps everything else."""
    corner = CORNER_STEP * rng.randrange(1, 8)
    matte = Image.new("L", size, 255)
    matte.paste(corner, (0, 0, _CORNER, _CORNER))
    return corner, encoded(matte)


def number_of(content: bytes) -> int:
    """Return the number in a picture's file."""
    with Image.open(io.BytesIO(content)) as image:
        grey = image.convert("RGBA").convert("RGB").convert("L")
    middle = _SIDE // 2
    bits = (grey.getpixel((left + middle, top + middle)) for left, top in _corners(grey.size))
    return sum(1 << place for place, bit in enumerate(bits) if isinstance(bit, int) and bit > 127)


def _corners(size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the corner of each square."""
    left, top = (size[0] - _COLUMNS * _SIDE) // 2, (size[1] - _ROWS * _SIDE) // 2
    for place in range(_COLUMNS * _ROWS):
        row, column = divmod(place, _COLUMNS)
        yield left + column * _SIDE, top + row * _SIDE
