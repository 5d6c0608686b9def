"""The distance of a matte from the true one, in the usual measures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Samples = NDArray[np.uint8]
Floats = NDArray[np.float64]

_REACH = 6  # pixels from the true edge
_SURE = 12  # of 255: alpha this near to 0 or 255 is not soft
_SIGMA = 1.4  # of the Gaussian derivative, as on alphamatting.com
_RADIUS = 6  # pixels; four sigmas


@dataclass(frozen=True, slots=True)
class Errors:
    """The measures of one matte; smaller is better, except for IoU."""

    mae: float  # mean absolute error, of 1000
    edge: float  # the same within 6 pixels of the true edge, of 255
    iou: float  # of pixels that are more than half opaque
    sad: float  # sum of absolute differences, in thousands of pixels
    mse: float  # mean squared error, of 1000
    gradient: float  # sum of squared differences of gradient magnitudes, in thousands


def errors(matte: Samples, truth: Samples) -> Errors:
    """Return the measures of a matte with the true one's shape."""
    found, true = matte / 255, truth / 255
    off = np.abs(found - true)
    return Errors(
        mae=float(off.mean() * 1000),
        edge=float(off[_edge(truth)].mean() * 255),
        iou=intersection_over_union(matte, truth),
        sad=float(off.sum() / 1000),
        mse=float((off**2).mean() * 1000),
        gradient=float(((_gradient(found) - _gradient(true)) ** 2).sum() / 1000),
    )


def intersection_over_union(matte: Samples, truth: Samples) -> float:
    """Return the intersection over union of both subjects."""
    found, true = matte > 127, truth > 127
    return float((found & true).sum() / max((found | true).sum(), 1))


def _edge(truth: Samples) -> NDArray[np.bool_]:
    """Return what is within reach of where the true matte is soft, or where subject meets background."""
    least, most = (each(2 * _REACH + 1) for each in (ImageFilter.MinFilter, ImageFilter.MaxFilter))
    subject = Image.fromarray((truth > 127).astype(np.uint8))
    soft = Image.fromarray(((truth > _SURE) & (truth < 255 - _SURE)).astype(np.uint8))
    near: NDArray[np.bool_] = np.asarray(subject.filter(least)) != np.asarray(subject.filter(most))
    return near | (np.asarray(soft.filter(most)) > 0)


def _gradient(alpha: Floats) -> Floats:
    """Return the magnitude of the gradient of a blurred matte; its edges continue outside."""
    places = np.arange(-_RADIUS, _RADIUS + 1)
    blur = np.exp(-(places**2) / (2 * _SIGMA**2))
    blur /= blur.sum()
    slope = -places / _SIGMA**2 * blur
    down = _correlated(_correlated(alpha, slope, 0), blur, 1)
    across = _correlated(_correlated(alpha, blur, 0), slope, 1)
    magnitude: Floats = np.hypot(down, across)
    return magnitude


def _correlated(alpha: Floats, weights: Floats, axis: int) -> Floats:
    around = [(_RADIUS, _RADIUS) if each == axis else (0, 0) for each in (0, 1)]
    padded = np.pad(alpha, around, "edge")
    length = alpha.shape[axis]
    sums = np.zeros_like(alpha)
    for place, weight in enumerate(weights):
        sums += weight * (padded[place : place + length] if axis == 0 else padded[:, place : place + length])
    return sums
