"""Pictures as float32 planes, processed tile by tile, so that no plane is as large as a photo."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from common.imaging.parallel import parallel_map

Floats = NDArray[np.float32]
Samples = NDArray[np.uint8]
Size = tuple[int, int]
Box = tuple[int, int, int, int]
Part = tuple[float, float, float, float]

_TILE = 128  # pixels; larger tiles contain more pixels without work, smaller ones need more calls


def for_each_tile(size: Size, work: Callable[[Box], None]) -> None:
    """Call `work` for the tiles of a picture of this size, in parallel."""

    def work_on_row(top: int) -> None:
        bottom = min(top + _TILE, size[1])
        for left in range(0, size[0], _TILE):
            work((left, top, min(left + _TILE, size[0]), bottom))

    parallel_map(work_on_row, range(0, size[1], _TILE))


def part_of(other: Size, box: Box, size: Size) -> Part:
    """Convert a box of a picture at `size` to the same picture at the size `other`."""
    across, down = other[0] / size[0], other[1] / size[1]
    return box[0] * across, box[1] * down, box[2] * across, box[3] * down


def enlarged(small: Floats, box: Box, size: Size) -> Floats:
    """Enlarge small planes to the picture's size by linear interpolation, and return one box of them."""
    left, top, right, bottom = box
    rows, down = _between(small.shape[1], top, bottom, size[1])
    columns, across = _between(small.shape[2], left, right, size[0])
    return down @ (small[:, rows, columns] @ across.T)


def _between(cells: int, first: int, last: int, length: int) -> tuple[slice, Floats]:
    """Return the cells around the pixels first to last, and the weight of each cell for each pixel."""
    places = ((np.arange(first, last) + 0.5) * (cells / length) - 0.5).clip(0, cells - 1)
    near = np.arange(int(places[0]), min(int(places[-1]) + 2, cells))
    shares = (1 - np.abs(places[:, np.newaxis] - near)).clip(0)
    return slice(near[0], near[-1] + 1), shares.astype(np.float32)


def averaged(planes: Floats, size: Size) -> Floats:
    """Resize planes; a smaller size has the means of overlapping neighbourhoods."""
    rows, columns = _overlapping(planes.shape[-2], size[1]), _overlapping(planes.shape[-1], size[0])
    return np.asarray(rows @ planes @ columns.T, np.float32)


def _overlapping(cells: int, count: int) -> Floats:
    """Return each cell's weight in each of `count` neighbourhoods; weights fall off linearly."""
    width = max(cells / count, 1)
    middles = (np.arange(count) + 0.5) * (cells / count) - 0.5
    shares = (1 - np.abs(middles[:, np.newaxis] - np.arange(cells)) / width).clip(0)
    weights: Floats = (shares / shares.sum(1, keepdims=True)).astype(np.float32)
    return weights


def images(planes: Iterable[Floats]) -> list[Image.Image]:
    """Convert planes to pictures of mode F, which Pillow can resize."""
    return [Image.fromarray(np.ascontiguousarray(plane, np.float32)) for plane in planes]


def floats(image: Image.Image) -> Floats:
    """Return a plane for each channel of a picture, a single one for grey."""
    pixels = np.asarray(image)
    return np.asarray(pixels if pixels.ndim == 2 else pixels.transpose(2, 0, 1), np.float32, order="C")


def fractions(image: Image.Image) -> Floats:
    """Return the channels of a picture as planes from 0 to 1."""
    return floats(image) * np.float32(1 / 255)


def purity(matte: Floats, doublings: int) -> Floats:
    """Return each pixel's weight for the colour of the subject, and for that of the background.

    The weight is the pixel's share, squared `doublings` times, and never exactly 0.
    """
    shares = np.stack([matte, 1 - matte])
    for _ in range(doublings):
        shares *= shares
    return shares + np.float32(1e-6)
