"""A small matte at a picture's full size, with its edges where the picture has them."""

from itertools import combinations_with_replacement

import numpy as np
from PIL import Image

from common.imaging.matting.planes import (
    Box,
    Floats,
    Samples,
    Size,
    averaged,
    enlarged,
    floats,
    for_each_tile,
    part_of,
    purity,
)

_MARGIN = 16  # grey values from either end that are taken for the end
_UNSURE = 40  # grey values from either end at which colours have their full say
_GRID = (160, 160)  # cells on which colours are looked at
_NEIGHBOURHOODS = (32, 32)  # in which they are compared
_DOUBLINGS = 2  # how much more a cell that is all subject, or all background, counts for their colours
_NOISE = 0.001  # variance that any colour has, of full brightness
_FEW = 0.01  # share of a neighbourhood that must be sure for its colour to be trusted half
_SUPPORT = 3  # pixels to each side that enlarging by BICUBIC looks at, and one more
_PAIRS = tuple(combinations_with_replacement(range(3), 2))


def refined(rgb: Image.Image, coarse: Image.Image) -> Image.Image:
    """Return a small matte at the picture's size, its soft edges drawn where colours change.

    Where the small matte is unsure, a pixel is placed between the colours of subject and background nearby by
    Fisher's linear discriminant (1936); where these do not differ, the small matte decides. As in He and Sun,
    "Fast Guided Filter" (2015), coefficients are found on a small grid and applied to the full picture.
    """
    grey = np.asarray(coarse)
    if grey.max() <= _MARGIN:
        return Image.new("L", rgb.size)
    if grey.min() >= 255 - _MARGIN:
        return Image.new("L", rgb.size, 255)
    matte, coefficients = Image.new("L", rgb.size), _coefficients(rgb, coarse)

    def draw(box: Box) -> None:
        source = _source(grey, box, rgb.size)
        if source.min() >= 255 - _MARGIN:
            matte.paste(255, box)
        elif source.max() > _MARGIN:
            around = enlarged(coefficients, box, rgb.size)
            matte.paste(_drawn(rgb.crop(box), _small(coarse, box, rgb.size), around), box)

    for_each_tile(rgb.size, draw)
    return matte


def _source(coarse: Samples, box: Box, size: Size) -> Samples:
    """Return all of the small matte that has a say in this box."""
    height, width = coarse.shape
    left, top, right, bottom = (int(edge) for edge in part_of((width, height), box, size))
    rows = slice(max(top - _SUPPORT, 0), bottom + 1 + _SUPPORT)
    return coarse[rows, max(left - _SUPPORT, 0) : right + 1 + _SUPPORT]


def _small(coarse: Image.Image, box: Box, size: Size) -> Floats:
    tile = (box[2] - box[0], box[3] - box[1])
    return floats(coarse.resize(tile, Image.Resampling.BICUBIC, box=part_of(coarse.size, box, size)))


def _drawn(rgb: Image.Image, small: Floats, coefficients: Floats) -> Image.Image:
    """Return the matte of one tile: the small one, corrected by colour where it is unsure."""
    *weights, constant, share = coefficients
    by_colour = constant - share * small
    for channel, weight in zip(floats(rgb), weights, strict=True):
        by_colour += channel * weight
    say = (np.minimum(small, 255 - small) - _MARGIN) / (_UNSURE - _MARGIN)
    alpha = small + by_colour * say.clip(0, 1)
    stretched = (alpha - _MARGIN) * (255 / (255 - 2 * _MARGIN))
    return Image.fromarray((stretched.clip(0, 255) + 0.5).astype(np.uint8))


def _coefficients(rgb: Image.Image, coarse: Image.Image) -> Floats:
    """Return what each channel, a constant and, less, the small matte add to alpha, by neighbourhood."""
    share_of = purity(floats(coarse.resize(_GRID, Image.Resampling.BOX)), _DOUBLINGS)
    colours = floats(rgb.resize(_GRID, Image.Resampling.BOX, reducing_gap=2)) / 255
    shares = averaged(share_of, _NEIGHBOURHOODS)
    subject, background = (
        averaged(colours * share, _NEIGHBOURHOODS) / sum_of
        for share, sum_of in zip(share_of, shares, strict=True)
    )
    squares = np.stack([colours[one] * colours[other] for one, other in _PAIRS]) * share_of.sum(0)
    difference = subject - background
    direction = _solved(_scatter(averaged(squares, _NEIGHBOURHOODS), shares, subject, background), difference)
    separation = (direction * difference).sum(0)
    # The small matte is one more observation, as sure as a separation of one standard deviation.
    few = shares.min(0)
    weights = direction * few / (few + _FEW) / (separation + 1)
    constant = (weights * background).sum(0) * -255
    return np.stack([*weights, constant, (weights * difference).sum(0)])


def _scatter(squares: Floats, shares: Floats, subject: Floats, background: Floats) -> Floats:
    """Return how colours vary within subject and background, a 3 by 3 matrix for each neighbourhood."""
    scatter = np.empty((*shares.shape[1:], 3, 3), np.float32)
    for square, (one, other) in zip(squares, _PAIRS, strict=True):
        between = shares[0] * subject[one] * subject[other] + shares[1] * background[one] * background[other]
        scatter[..., one, other] = scatter[..., other, one] = (square - between) / shares.sum(0)
    scatter += _NOISE * np.eye(3, dtype=np.float32)
    return scatter


def _solved(matrices: Floats, right: Floats) -> Floats:
    columns = np.linalg.solve(matrices, right.transpose(1, 2, 0)[..., np.newaxis])
    planes: Floats = columns[..., 0].transpose(2, 0, 1)
    return planes
