"""Pictures as planes of float32, and tile by tile, so that no such plane is ever as large as a photo."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Size = tuple[int, int]
Box = tuple[int, int, int, int]
Part = tuple[float, float, float, float]

_TILE = 128  # pixels; larger ones hold more that needs no work, smaller ones take more calls


def tiles(size: Size) -> Iterator[Box]:
    """Return the boxes that cover a picture of this size."""
    for top in range(0, size[1], _TILE):
        for left in range(0, size[0], _TILE):
            yield left, top, min(left + _TILE, size[0]), min(top + _TILE, size[1])


def part_of(other: Size, box: Box, size: Size) -> Part:
    """Return where a box of a picture lies in the same picture at another size."""
    across, down = other[0] / size[0], other[1] / size[1]
    return box[0] * across, box[1] * down, box[2] * across, box[3] * down


def enlarged(small: Iterable[Image.Image], box: Box, size: Size) -> list[Image.Image]:
    """Return a box of small pictures as they are at the picture's size."""
    tile = (box[2] - box[0], box[3] - box[1])
    return [each.resize(tile, Image.Resampling.BILINEAR, box=part_of(each.size, box, size)) for each in small]


def averaged(planes: Floats, size: Size) -> Floats:
    """Return planes at another size; a smaller one has means of neighbourhoods that overlap."""
    return np.stack([np.asarray(plane.resize(size, Image.Resampling.BILINEAR)) for plane in images(planes)])


def images(planes: Iterable[Floats]) -> list[Image.Image]:
    """Return planes as pictures of mode F, which Pillow can resize."""
    return [Image.fromarray(np.ascontiguousarray(plane, np.float32)) for plane in planes]


def floats(image: Image.Image) -> Floats:
    """Return the channels of a picture, a plane each; a grey one is a single plane."""
    pixels = np.asarray(image, np.float32)
    return pixels if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def extremes(grey: Image.Image) -> tuple[int, int]:
    """Return the darkest and the brightest value."""
    pixels = np.asarray(grey)
    return int(pixels.min()), int(pixels.max())


def purity(matte: Floats, power: int) -> Floats:
    """Return what each pixel counts for the colour of the subject, and for that of the background.

    One that is half in the subject counts half to the `power` for either; none counts nothing at all.
    """
    inside = matte / np.float32(255)
    return np.stack([inside**power, (1 - inside) ** power]) + np.float32(1e-6)
