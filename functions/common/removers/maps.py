"""Convert a picture to a network's input tensor, and its output to a map of the subject from 0 to 1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from common.domain.mattes import View, ViewSpec
from common.removers.catalogue import Activation, Fill, Fit, Input, Output

Floats = NDArray[np.float32]
Samples = NDArray[np.uint8]

_BLUR_PASSES = 2
_BLUR = 3 / 32  # reach of the blur that fills a letterbox, as a share of the square's side
_CONTRAST = 0.5  # a map with less contrast is noise, so it is not stretched to the full range
_LEAST_INDECISION = 0.001
_DEEP = 1 / 32  # depth inside a subject at which it is solid, as a share of the longer side
_SOLID, _SURELY_SOLID = 0.65, 0.95  # values of a single map there at which solidity begins and is complete
_FITS = {Fit.STRETCH: "stretch", Fit.LETTERBOX: "long side", Fit.SHORT_SIDE: "short side"}


def view_spec(input: Input) -> ViewSpec:
    """Return the view spec of a network."""
    multiple = input.multiple if input.fit is Fit.SHORT_SIDE else 1
    return ViewSpec("rgb", input.side, _FITS[input.fit], multiple, answers_soon=True)  # type: ignore[arg-type]


def tensor(view: View, input: Input, fill: Fill) -> Floats:
    """Return a view as float32 of shape (1, 3, height, width), normalised as in training."""
    pixels = np.frombuffer(view.content, np.uint8).reshape(view.height, view.width, 3)
    if input.fit is Fit.LETTERBOX:
        pixels = _filled(pixels, input.side, fill)
    divisor = input.divisor or max(int(pixels.max()), 1)
    mean, std = (np.array(each, np.float32) for each in (input.mean, input.std))
    normalised = (pixels * np.float32(1 / divisor) - mean) / std
    return np.ascontiguousarray(normalised.transpose(2, 0, 1)[np.newaxis])


def subject_map(outputs: Sequence[Floats], view: View, input: Input, output: Output) -> Floats:
    """Return a network's map for the pixels of a view, from 0 to 1."""
    found = np.asarray(outputs[output.index], np.float32)
    found = found.reshape(found.shape[-2:])
    if output.activation is Activation.SIGMOID:
        found = 1 / (1 + np.exp(-found.clip(-80, 80)))
    if input.fit is Fit.LETTERBOX:
        top, left = _offset(view.height, input.side), _offset(view.width, input.side)
        found = found[top : top + view.height, left : left + view.width]
    return found


def stretched(found: Floats) -> Floats:
    """Stretch a map to the whole range; one without contrast becomes empty."""
    low, high = float(found.min()), float(found.max())
    return (found - low) / np.float32(max(high - low, _CONTRAST))


def combined(maps: Sequence[Floats]) -> Floats:
    """Return the mean of several maps, made solid wherever one of them is certain deep inside.

    Clearer maps have more weight.
    """
    if len(maps) == 1:
        return maps[0]
    shape = max(each.shape for each in maps)
    resized = np.stack([_resized(each, shape) for each in maps])
    mean = np.average(resized, 0, [_indecision(each) ** -2 for each in resized]).astype(np.float32)
    low, contrast = mean.min(), max(float(mean.max() - mean.min()), _CONTRAST)
    most = ((resized.max(0) - low) / np.float32(contrast)).clip(0, 1)
    deep = _eroded(most, round(_DEEP * max(most.shape)))
    solid = ((deep - _SOLID) / np.float32(_SURELY_SOLID - _SOLID)).clip(0, 1)
    raised: Floats = mean + (low + np.float32(contrast) - mean).clip(0) * solid
    return raised


def _indecision(found: Floats) -> float:
    """Return the mean of 1 - alpha over the subject: near 0 for a clear map, 1 for an empty one."""
    total = float(found.sum())
    return 1 - float((found * found).sum()) / total + _LEAST_INDECISION if total > 0 else 1.0


def _resized(values: Floats, shape: tuple[int, ...]) -> Floats:
    """Resize a map by linear interpolation."""
    rows, columns = (_between(old, new) for old, new in zip(values.shape, shape, strict=True))
    return np.asarray(rows @ values @ columns.T, np.float32)


def _between(cells: int, count: int) -> Floats:
    """Return the weight of each cell for each of `count` positions."""
    places = ((np.arange(count) + 0.5) * (cells / count) - 0.5).clip(0, cells - 1)
    shares = (1 - np.abs(places[:, np.newaxis] - np.arange(cells))).clip(0)
    return shares.astype(np.float32)


def _filled(pixels: Samples, side: int, fill: Fill) -> Samples:
    """Return the picture in the middle of a square."""
    height, width = pixels.shape[:2]
    top, left = _offset(height, side), _offset(width, side)
    around = ((top, side - height - top), (left, side - width - left), (0, 0))
    if fill is Fill.MIRROR:
        return np.pad(pixels, around, "reflect")
    square = _blurred(np.pad(pixels, around, "edge"), round(_BLUR * side))
    square[top : top + height, left : left + width] = pixels
    return square


def _offset(length: int, side: int) -> int:
    return (side - length) // 2


def _blurred(pixels: Samples, reach: int) -> Samples:
    """Blur by repeated means over squares; the edges of the square continue outside."""
    weights = np.linalg.matrix_power(_moving_mean(len(pixels), reach), _BLUR_PASSES).astype(np.float32)
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32)
    blurred = weights @ planes @ weights.T
    return (blurred + np.float32(0.5)).astype(np.uint8).transpose(1, 2, 0).copy()


def _moving_mean(length: int, reach: int) -> Floats:
    """Return the weights of a moving mean for each of `length` positions."""
    places = np.arange(length)[:, np.newaxis]
    weights = np.zeros((length, length), np.float32)
    np.add.at(weights, (places, (places + np.arange(-reach, reach + 1)).clip(0, length - 1)), 1)
    return weights / np.float32(2 * reach + 1)


def _eroded(values: Floats, reach: int) -> Floats:
    """Return the minimum within reach of each pixel, in a square; the edges continue outside."""
    for axis in (0, 1):
        padded = np.pad(values, [(reach, reach) if each == axis else (0, 0) for each in (0, 1)], "edge")
        values = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis).min(-1)
    return values
