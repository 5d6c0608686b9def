"""Estimate alpha from colour: each pixel lies between the local colours of subject and background."""

from itertools import combinations_with_replacement

import numpy as np

from common.imaging.matting.planes import Floats, averaged, purity

MARGIN = 16 / 255  # alpha this close to 0 or 1 counts as 0 or 1
_UNSURE = 40 / 255  # colour alone decides about alpha at least this far from 0 and 1
_DOUBLINGS = 2  # squarings of a cell's shares, which favour cells that are all subject or all background
_NOISE = 0.001  # the least variance of a colour, at full brightness 1
_FEW = 0.01  # if this share of a neighbourhood is certain, its colour gets half of the trust
_DOUBT = 3  # squared separation, in standard deviations, at which colour and the given alpha count the same
_PAIRS = tuple(combinations_with_replacement(range(3), 2))


def coefficients(colours: Floats, alpha: Floats, neighbourhoods: tuple[int, int]) -> Floats:
    """Return per-neighbourhood coefficients: three channel weights, the intercept, and the weight of alpha.

    Fisher's linear discriminant (1936) of colours (3, height, width), weighted by alpha (height, width).
    """
    share_of = purity(alpha, _DOUBLINGS)
    shares = averaged(share_of, neighbourhoods)
    subject, background = (
        averaged(colours * share, neighbourhoods) / total
        for share, total in zip(share_of, shares, strict=True)
    )
    squares = np.stack([colours[one] * colours[other] for one, other in _PAIRS]) * share_of.sum(0)
    difference = subject - background
    direction = _solved(_scatter(averaged(squares, neighbourhoods), shares, subject, background), difference)
    separation = (direction * difference).sum(0)
    # The given alpha is one more observation, as certain as a separation of one standard deviation.
    few = shares.min(0)
    weights = direction * few / (few + _FEW) / (separation + _DOUBT)
    intercept = -(weights * background).sum(0)
    return np.stack([*weights, intercept, (weights * difference).sum(0)])


def corrected(colours: Floats, alpha: Floats, around: Floats) -> Floats:
    """Return alpha with its uncertain values corrected by colour; `around` has each pixel's coefficients."""
    *weights, intercept, share = around
    by_colour = intercept - share * alpha
    for channel, weight in zip(colours, weights, strict=True):
        by_colour += channel * weight
    trust = (np.minimum(alpha, 1 - alpha) - MARGIN) / (_UNSURE - MARGIN)
    moved = alpha + by_colour * trust.clip(0, 1)
    stretched: Floats = (moved - MARGIN) * np.float32(1 / (1 - 2 * MARGIN))
    return stretched.clip(0, 1)


def _scatter(squares: Floats, shares: Floats, subject: Floats, background: Floats) -> Floats:
    """Return the scatter of colours within subject and background, a 3 by 3 matrix per neighbourhood."""
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
