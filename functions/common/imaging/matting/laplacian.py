"""The matting Laplacian: alpha is a linear function of colour within every small window of a picture.

Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting" (2008). No matrix is built: He,
Sun and Tang, "Fast Matting Using Large Kernel Matting Laplacian Matrices" (2010), apply it with box sums.
"""

import numpy as np

from common.imaging.matting.planes import Floats

_NOISE = 1e-4  # the least variance of a colour, at full brightness 1
_WINDOW = np.float32(9)  # pixels


class MattingLaplacian:
    """The Laplacian of the colours (3, height, width) of a picture; `passes` widens its windows from 3 by 3.

    laplacian @ alpha is the distance of alpha from a linear function of colour around each pixel.
    """

    def __init__(self, colours: Floats, passes: int = 1) -> None:
        self._colours, self._passes = colours, passes
        self._sizes = self._sums(np.ones(colours.shape[1:], np.float32))
        self._means = self._sums(colours) / self._sizes
        self._inverses = _inverses(self._covariances())
        self.diagonal = self._sums(np.ones_like(self._sizes))

    def __matmul__(self, alpha: Floats) -> Floats:
        sums = self._sums(self._lines(alpha))
        distance: Floats = self.diagonal * alpha - (sums[:3] * self._colours).sum(0) - sums[3]
        return distance

    def lines(self, alpha: Floats) -> Floats:
        """Return alpha as linear functions of colour: three slopes and an intercept for each pixel."""
        return self._sums(self._lines(alpha)) / self.diagonal

    def _lines(self, alpha: Floats) -> Floats:
        """Return the least-squares line of alpha in each window."""
        mean = self._sums(alpha) / self._sizes
        red, green, blue = self._sums(self._colours * alpha) / self._sizes - self._means * mean
        rr, rg, rb, gg, gb, bb = self._inverses
        lines = np.empty((4, *alpha.shape), np.float32)
        lines[0] = rr * red + rg * green + rb * blue
        lines[1] = rg * red + gg * green + gb * blue
        lines[2] = rb * red + gb * green + bb * blue
        lines[3] = mean - (lines[:3] * self._means).sum(0)
        return lines

    def _covariances(self) -> list[Floats]:
        """Return the covariances of red, green and blue in each window: rr, rg, rb, gg, gb, bb."""
        colours, means = self._colours, self._means
        pairs = [(one, other) for one in range(3) for other in range(one, 3)]
        covariances = [
            self._sums(colours[one] * colours[other]) / self._sizes - means[one] * means[other]
            for one, other in pairs
        ]
        for variance in (0, 3, 5):
            covariances[variance] += np.float32(_NOISE)
        return covariances

    def _sums(self, planes: Floats) -> Floats:
        return _box_sums(planes, self._passes)


def solve(laplacian: MattingLaplacian, prior: Floats, certainty: Floats, steps: int) -> Floats:
    """Return an alpha close to the prior where that is certain, and one that follows the colours elsewhere.

    Conjugate gradients on (laplacian / 9 + certainty) alpha = certainty * prior, starting at the prior.
    """
    scale: Floats = np.float32(1) / (laplacian.diagonal / _WINDOW + certainty)
    alpha, residual = prior, (laplacian @ prior) / -_WINDOW
    preconditioned: Floats = scale * residual
    direction, size = preconditioned, float((residual * preconditioned).sum())
    for _ in range(steps):
        if size < 1e-9:
            break
        image: Floats = (laplacian @ direction) / _WINDOW + certainty * direction
        length = np.float32(size / max(float((direction * image).sum()), 1e-12))
        alpha, residual = alpha + direction * length, residual - image * length
        preconditioned = scale * residual
        previous, size = size, float((residual * preconditioned).sum())
        direction = preconditioned + direction * np.float32(size / previous)
    return alpha.clip(0, 1)


def _inverses(covariances: list[Floats]) -> Floats:
    """Return the six different elements of the inverse of each symmetric 3 by 3 matrix."""
    rr, rg, rb, gg, gb, bb = covariances
    inverses = np.stack([
        gg * bb - gb * gb,
        rb * gb - rg * bb,
        rg * gb - rb * gg,
        rr * bb - rb * rb,
        rg * rb - rr * gb,
        rr * gg - rg * rg,
    ])  # fmt: skip
    determinant = rr * inverses[0] + rg * inverses[1] + rb * inverses[2]
    inverses /= np.maximum(determinant, np.float32(_NOISE**3))
    return inverses


def _box_sums(planes: Floats, passes: int) -> Floats:
    """Return the sums over 3 by 3 pixels of planes (..., height, width); pixels outside are 0."""
    for _ in range(passes):
        rows = planes.copy()
        rows[..., 1:, :] += planes[..., :-1, :]
        rows[..., :-1, :] += planes[..., 1:, :]
        planes = rows.copy()
        planes[..., 1:] += rows[..., :-1]
        planes[..., :-1] += rows[..., 1:]
    return planes
