"""TIFF: a directory, which leads to strips or tiles of pixels anywhere in the file."""

import struct
from collections.abc import Iterator
from dataclasses import replace

from common.domain.errors import UnsupportedImage
from common.imaging.intake import jpeg
from common.imaging.intake.parts import Admitted, Ceiling, require
from common.imaging.intake.tiff_directory import (
    BITS,
    COMPRESSION,
    COUNTS,
    HEIGHT,
    MOST_SAMPLES,
    MOST_STRIPS,
    OFFSETS,
    ORIENTATION,
    PLANAR,
    ROWS,
    SAMPLES,
    TILE_COUNTS,
    TILE_HEIGHT,
    TILE_OFFSETS,
    TILE_WIDTH,
    WIDTH,
    Directory,
    read,
    written,
)

# None, LZW, JPEG, Deflate, PackBits. What else libtiff decodes is rare or risky: the old JPEG, or the fax
# codes, of which it tells each damaged row on standard error.
_RAW, _JPEG = 1, 7
_COMPRESSIONS = (_RAW, 5, _JPEG, 8, 32773, 32946)
_MOST_JPEGS = 4_096  # of each of which libtiff may complain on standard error
_LARGEST_TILE = 4096  # pixels a side
# A coded picture of more is decoded in bands first, so that damage shows before there is room made for all.
_MANY_PIXELS = 8_000_000
_BAND_PIXELS = 2_000_000


def admit(content: bytes, ceiling: Ceiling) -> Admitted:
    """Return the first page; its directory is written anew behind the pixels, which stay where they are."""
    page = read(content)
    ceiling.check(page.number(WIDTH), page.number(HEIGHT))
    if page.number(COMPRESSION, _RAW) not in _COMPRESSIONS:
        raise UnsupportedImage
    require(page.number(SAMPLES, 1) <= MOST_SAMPLES)
    offsets, counts = (TILE_OFFSETS, TILE_COUNTS) if TILE_OFFSETS in page.numbers else (OFFSETS, COUNTS)
    _check_strips(content, page, ceiling, offsets, counts)
    turned = page.numbers.pop(ORIENTATION, (1,))[0]
    bands = _bands(content, page, offsets, counts)
    return Admitted("TIFF", _file(page, [memoryview(content)[8:]]), turned if 1 <= turned <= 8 else 1, bands)


def _file(page: Directory, pixels: list[bytes | memoryview]) -> list[bytes | memoryview]:
    """Return a file of these pixels, which begin at its ninth byte, with the directory behind them."""
    size = 8 + sum(map(len, pixels))
    end = size + size % 2
    head = (b"II" if page.order == "<" else b"MM") + struct.pack(page.order + "HI", 42, end)
    return [head, *pixels, bytes(end - size), written(page, end)]


def _bands(content: bytes, page: Directory, offsets: int, counts: int) -> Iterator[bytes]:
    """Yield a large coded picture in pieces, each a file of some rows of strips or tiles."""
    width, height = page.number(WIDTH), page.number(HEIGHT)
    tiled = offsets == TILE_OFFSETS
    rows = page.number(TILE_HEIGHT) if tiled else min(page.number(ROWS, height), height)
    coded = page.number(COMPRESSION, _RAW) != _RAW and page.number(PLANAR, 1) != 2
    if not coded or width * height <= _MANY_PIXELS or rows >= height:
        return
    across = -(-width // page.number(TILE_WIDTH)) if tiled else 1
    together = max(1, _BAND_PIXELS // (width * rows))
    strips = list(zip(page.numbers[offsets], page.numbers[counts], strict=True))
    for first in range(0, -(-height // rows), together):
        chosen = strips[first * across : (first + together) * across]
        lengths = tuple(length for _, length in chosen)
        places = tuple(8 + sum(lengths[:number]) for number in range(len(lengths)))
        left = min(rows * together, height - first * rows)
        numbers = {**page.numbers, HEIGHT: (left,), offsets: places, counts: lengths}
        pixels: list[bytes | memoryview] = [content[at : at + length] for at, length in chosen]
        yield b"".join(_file(replace(page, numbers=numbers), pixels))


def _check_strips(content: bytes, page: Directory, ceiling: Ceiling, offsets: int, counts: int) -> None:
    """Raise PictureError where strips are missing, outside the file or laid over each other."""
    raw = page.number(COMPRESSION, _RAW) == _RAW
    number, largest = _layout(page, tiled=offsets == TILE_OFFSETS)
    require(0 < number <= MOST_STRIPS and len(page.numbers.get(offsets, ())) >= number)
    if raw:  # what these take is known, and some programs declare nothing or something else
        page.numbers[counts] = tuple(
            max(0, min(largest, len(content) - offset)) for offset in page.numbers[offsets][:number]
        )
    require(len(page.numbers.get(counts, ())) >= number)
    for tag in (offsets, counts):
        page.numbers[tag] = page.numbers[tag][:number]
    strips = list(zip(page.numbers[offsets], page.numbers[counts], strict=True))
    require(all(offset >= 8 and offset + count <= len(content) for offset, count in strips))
    require(raw or sum(page.numbers[counts]) <= len(content))
    if raw:
        require(sum(page.numbers[counts]) >= _raw_bytes(page, number, largest, offsets == TILE_OFFSETS))
    if page.number(COMPRESSION, _RAW) == _JPEG:
        require(number <= _MOST_JPEGS)
        for offset, count in strips:
            jpeg.check_scans(content[offset : offset + count], ceiling)


def _layout(page: Directory, *, tiled: bool) -> tuple[int, int]:
    """Return how many strips or tiles there are, and how many bytes the largest has when it is not coded."""
    width, height = page.number(WIDTH), page.number(HEIGHT)
    if tiled:
        across, down = page.number(TILE_WIDTH), page.number(TILE_HEIGHT)
        require(0 < across <= _LARGEST_TILE and 0 < down <= _LARGEST_TILE)
        number = -(-width // across) * -(-height // down)
    else:
        across, down = width, min(page.number(ROWS, height), height)
        require(down > 0)
        number = -(-height // down)
    planes = page.number(SAMPLES, 1) if page.number(PLANAR, 1) == 2 else 1
    return number * planes, _row_bytes(page, across) * down


def _row_bytes(page: Directory, width: int) -> int:
    samples = 1 if page.number(PLANAR, 1) == 2 else page.number(SAMPLES, 1)
    return (width * samples * page.number(BITS, 1) + 7) // 8


def _raw_bytes(page: Directory, number: int, largest: int, tiled: bool) -> int:
    if tiled:
        return number * largest
    planes = page.number(SAMPLES, 1) if page.number(PLANAR, 1) == 2 else 1
    return planes * page.number(HEIGHT) * _row_bytes(page, page.number(WIDTH))
