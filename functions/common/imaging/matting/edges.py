"""Refine a small matte at a picture's full size, so that its edges follow the picture's."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from common.imaging.matting.discriminant import MARGIN, coefficients, corrected
from common.imaging.matting.laplacian import MattingLaplacian, solve
from common.imaging.matting.planes import (
    Box,
    Floats,
    Size,
    averaged,
    enlarged,
    floats,
    for_each_tile,
    fractions,
    part_of,
)

_SIDE = 384  # pixels; the longest side of the reduced picture
# Numbers per side: cells on which colours are sampled, and neighbourhoods in which they are compared. Larger
# neighbourhoods come first and repair mistakes of a network; smaller ones then draw the edge.
_STAGES = ((160, 8), (160, 16), (320, 32))
_SURE = 26 / 255  # alpha this close to 0 or 1 is certain
_TRUST = 0.2  # the certainty of other alpha
_STEPS = 3  # of conjugate gradients; each spreads known alpha by a pixel or two
_SMOOTHING = 2  # passes of the windows whose lines draw the edge
_LEVEL = 0.04  # of the range, cut off at either end
_REACH = 6  # pixels on each side that influence a tile


def refined(rgb: Image.Image, coarse: Image.Image, edge_width: float = 7 / 512) -> Image.Image:
    """Return a small matte at the picture's size, with soft edges that follow the colours.

    `edge_width`, as a share of the longer side, is the width of the edges in which the matte is uncertain. As
    in He and Sun, "Fast Guided Filter" (2015), alpha is a linear function of colour, computed on a small grid
    and applied to the full picture.
    """
    known = fractions(coarse)
    if known.max() <= MARGIN:
        return Image.new("L", rgb.size)
    if known.min() >= 1 - MARGIN:
        return Image.new("L", rgb.size, 255)
    size = _working_size(rgb.size)
    small = rgb.resize(size, Image.Resampling.BOX, reducing_gap=2)
    colours = fractions(small)
    prior = fractions(coarse.resize(size, Image.Resampling.BICUBIC))
    unknown = _unknown(prior, round(edge_width * _SIDE / 2))
    prior = _by_colour(small, prior, edge_width)
    certainty = np.where(unknown, np.float32(_TRUST), np.float32(1))
    alpha = solve(MattingLaplacian(colours), prior, certainty, _STEPS)
    lines = MattingLaplacian(colours, _SMOOTHING).lines(alpha)
    lines[:3, ~unknown], lines[3, ~unknown] = 0, prior[~unknown]
    return _drawn(rgb, lines, alpha)


def _working_size(size: Size) -> Size:
    scale = min(1, _SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _by_colour(small: Image.Image, alpha: Floats, edge_width: float) -> Floats:
    """Correct alpha by colours, unless their cells are wider than the edge."""
    colours = fractions(small)
    for cells, neighbourhoods in _STAGES:
        if edge_width * cells >= 1:
            seen = fractions(small.resize((cells, cells), Image.Resampling.BOX))
            known = averaged(alpha[np.newaxis], (cells, cells))[0]
            around = coefficients(seen, known, (neighbourhoods, neighbourhoods))
            alpha = corrected(colours, alpha, enlarged(around, (0, 0, *small.size), small.size))
    return alpha


def _unknown(alpha: Floats, reach: int) -> NDArray[np.bool_]:
    """Return the mask of pixels with both subject and background within reach."""
    return _grown(alpha <= 1 - _SURE, reach) & _grown(alpha >= _SURE, reach)


def _grown(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Extend a mask by all pixels within reach, in a square."""
    for _ in range(reach):
        rows = mask.copy()
        rows[1:] |= mask[:-1]
        rows[:-1] |= mask[1:]
        mask = rows.copy()
        mask[:, 1:] |= rows[:, :-1]
        mask[:, :-1] |= rows[:, 1:]
    return mask


def _drawn(rgb: Image.Image, lines: Floats, alpha: Floats) -> Image.Image:
    """Return the matte at the picture's size, each pixel by its own colour."""
    matte = Image.new("L", rgb.size)

    def draw(box: Box) -> None:
        near = _near(alpha, box, rgb.size)
        if near.min() >= 1 - _LEVEL / 2:
            matte.paste(255, box)
        elif near.max() > _LEVEL / 2:
            *slopes, full = enlarged(lines, box, rgb.size)
            for channel, slope in zip(floats(rgb.crop(box)), slopes, strict=True):
                full += channel * (slope / 255)
            stretched = (full - _LEVEL) * (255 / (1 - 2 * _LEVEL))
            matte.paste(Image.fromarray((stretched.clip(0, 255) + 0.5).astype(np.uint8)), box)

    for_each_tile(rgb.size, draw)
    return matte


def _near(alpha: Floats, box: Box, size: Size) -> Floats:
    """Return the part of the small alpha that influences this box."""
    height, width = alpha.shape
    left, top, right, bottom = (int(edge) for edge in part_of((width, height), box, size))
    rows = slice(max(top - _REACH, 0), bottom + 1 + _REACH)
    return alpha[rows, max(left - _REACH, 0) : right + 1 + _REACH]
