"""Alpha by colour: each pixel lies between the colours of subject and background nearby."""

from itertools import combinations_with_replacement

import numpy as np

from common.imaging.matting.planes import Floats, averaged, purity

MARGIN = 16 / 255  # alpha this near to 0 or 1 counts as 0 or 1
_UNSURE = 40 / 255  # alpha from this far from 0 and 1 on is decided by colour alone
_DOUBLINGS = 2  # how much more a cell that is all subject, or all background, counts for their colours
_NOISE = 0.001  # variance that any colour has, of full brightness
_FEW = 0.01  # share of a neighbourhood that must be sure for its colour to be trusted half
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
    # The given alpha is one more observation, as sure as a separation of one standard deviation.
    few = shares.min(0)
    weights = direction * few / (few + _FEW) / (separation + 1)
    intercept = -(weights * background).sum(0)
    return np.stack([*weights, intercept, (weights * difference).sum(0)])


def corrected(colours: Floats, alpha: Floats, around: Floats) -> Floats:
    """Return alpha with its unsure values decided by colour; `around` has the coefficients at each pixel."""
    *weights, intercept, share = around
    by_colour = intercept - share * alpha
    for channel, weight in zip(colours, weights, strict=True):
        by_colour += channel * weight
    say = (np.minimum(alpha, 1 - alpha) - MARGIN) / (_UNSURE - MARGIN)
    moved = alpha + by_colour * say.clip(0, 1)
    stretched: Floats = (moved - MARGIN) * np.float32(1 / (1 - 2 * MARGIN))
    return stretched.clip(0, 1)


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
