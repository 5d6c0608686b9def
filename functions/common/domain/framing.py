"""Place the subject of a picture on the canvas of its cut-out: plain geometry in pixels."""

import math
from dataclasses import dataclass

from common.domain.options import CutoutOptions, Lengths
from common.domain.removal_errors import EmptyRegion, RegionOutOfBounds

Size = tuple[int, int]
Box = tuple[int, int, int, int]  # left, top, right, bottom

SUBJECT_ALPHA = 10  # of 255; fainter pixels are outside of the subject's box
_CENTRE = (0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Frame:
    """Draw the picture's box `source` into the canvas's box `target`."""

    canvas: Size
    source: Box
    target: Box


def region_of_interest(size: Size, roi: Lengths | None) -> Box:
    """Return the region of interest in pixels, or raise RegionOutOfBounds or EmptyRegion."""
    if roi is None:
        return (0, 0, *size)
    left, top, right, bottom = (
        round(edge.of(length)) for edge, length in zip(roi, (*size, *size), strict=True)
    )
    if min(left, top) < 0 or right > size[0] or bottom > size[1]:
        raise RegionOutOfBounds
    if left >= right or top >= bottom:
        raise EmptyRegion
    return left, top, right, bottom


def scaled_size(size: Size, max_pixels: int | None) -> Size:
    """Return the size reduced to at most `max_pixels`, with the same aspect."""
    pixels = size[0] * size[1]
    if max_pixels is None or pixels <= max_pixels:
        return size
    factor = math.sqrt(max_pixels / pixels)
    return max(1, math.floor(size[0] * factor)), max(1, math.floor(size[1] * factor))


def frame(size: Size, subject: Box, options: CutoutOptions) -> Frame:
    """Return the frame for a subject, given its box in a picture of this size."""
    whole = (0, 0, *size)
    if not options.crop and options.scale is None and options.position is None:
        return Frame(size, whole, whole)
    canvas, place = _cropped(subject, options.crop_margin) if options.crop else (size, subject)
    return Frame(canvas, subject, _placed(canvas, place, options))


def _cropped(subject: Box, margin: Lengths) -> tuple[Size, Box]:
    """Return the canvas around a subject, and the subject's box on it."""
    width, height = subject[2] - subject[0], subject[3] - subject[1]
    lengths = (height, width, height, width)
    top, right, bottom, left = (round(side.of(length)) for side, length in zip(margin, lengths, strict=True))
    canvas = (left + width + right, top + height + bottom)
    return canvas, (left, top, left + width, top + height)


def _placed(canvas: Size, place: Box, options: CutoutOptions) -> Box:
    """Return the subject's box on the canvas after scaling and positioning."""
    width, height = place[2] - place[0], place[3] - place[1]
    position = options.position
    if options.scale is not None:
        factor = options.scale * min(canvas[0] / width, canvas[1] / height)
        width, height = max(1, round(width * factor)), max(1, round(height * factor))
        position = position or _CENTRE
    if position is None:
        return place
    left, top = (round((canvas[axis] - (width, height)[axis]) * position[axis]) for axis in (0, 1))
    return left, top, left + width, top + height


def moved(box: Box, size: Size, other: Size) -> Box:
    """Convert a box from one size of a picture to another size of it."""
    across, down = other[0] / size[0], other[1] / size[1]
    left, top, right, bottom = box
    corner = round(left * across), round(top * down)
    return *corner, max(round(right * across), corner[0] + 1), max(round(bottom * down), corner[1] + 1)
