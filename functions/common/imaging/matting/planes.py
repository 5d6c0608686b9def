"""Pictures as planes of float32, and tile by tile, so that no such plane is ever as large as a photo."""

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

_TILE = 128  # pixels; larger ones hold more that needs no work, smaller ones take more calls


def for_each_tile(size: Size, work: Callable[[Box], None]) -> None:
    """Work on the boxes that cover a picture of this size, on all cores."""

    def work_on_row(top: int) -> None:
        bottom = min(top + _TILE, size[1])
        for left in range(0, size[0], _TILE):
            work((left, top, min(left + _TILE, size[0]), bottom))

    parallel_map(work_on_row, range(0, size[1], _TILE))


def part_of(other: Size, box: Box, size: Size) -> Part:
    """Return where a box of a picture lies in the same picture at another size."""
    across, down = other[0] / size[0], other[1] / size[1]
    return box[0] * across, box[1] * down, box[2] * across, box[3] * down


def enlarged(small: Floats, box: Box, size: Size) -> Floats:
    """Return a box of small planes as they are at the picture's size, interpolated linearly."""
    left, top, right, bottom = box
    rows, down = _between(small.shape[1], top, bottom, size[1])
    columns, across = _between(small.shape[2], left, right, size[0])
    return down @ (small[:, rows, columns] @ across.T)


def _between(cells: int, first: int, last: int, length: int) -> tuple[slice, Floats]:
    """Return the cells that pixels lie between, and what each of these counts for each pixel."""
    places = ((np.arange(first, last) + 0.5) * (cells / length) - 0.5).clip(0, cells - 1)
    near = np.arange(int(places[0]), min(int(places[-1]) + 2, cells))
    shares = (1 - np.abs(places[:, np.newaxis] - near)).clip(0)
    return slice(near[0], near[-1] + 1), shares.astype(np.float32)


def averaged(planes: Floats, size: Size) -> Floats:
    """Return planes at another size; a smaller one has means of neighbourhoods that overlap."""
    rows, columns = _overlapping(planes.shape[-2], size[1]), _overlapping(planes.shape[-1], size[0])
    return np.asarray(rows @ planes @ columns.T, np.float32)


def _overlapping(cells: int, count: int) -> Floats:
    """Return what each of the cells counts for each of `count` neighbourhoods; they fall off linearly."""
    width = max(cells / count, 1)
    middles = (np.arange(count) + 0.5) * (cells / count) - 0.5
    shares = (1 - np.abs(middles[:, np.newaxis] - np.arange(cells)) / width).clip(0)
    weights: Floats = (shares / shares.sum(1, keepdims=True)).astype(np.float32)
    return weights


def images(planes: Iterable[Floats]) -> list[Image.Image]:
    """Return planes as pictures of mode F, which Pillow can resize."""
    return [Image.fromarray(np.ascontiguousarray(plane, np.float32)) for plane in planes]


def floats(image: Image.Image) -> Floats:
    """Return the channels of a picture, a plane each; a grey one is a single plane."""
    pixels = np.asarray(image)
    return np.asarray(pixels if pixels.ndim == 2 else pixels.transpose(2, 0, 1), np.float32, order="C")


def fractions(image: Image.Image) -> Floats:
    """Return the channels of a picture as planes from 0 to 1."""
    return floats(image) * np.float32(1 / 255)


def purity(matte: Floats, doublings: int) -> Floats:
    """Return what each pixel counts for the colour of the subject, and for that of the background.

    That is its share in them to the power of 2, so many times; none counts nothing at all.
    """
    shares = np.stack([matte, 1 - matte])
    for _ in range(doublings):
        shares *= shares
    return shares + np.float32(1e-6)
