"""Encode the preview of a cut-out, a small WebP."""

import io
import math
from typing import NamedTuple

import PIL.WebPImagePlugin  # noqa: F401 - so that the first preview does not load all formats of Pillow
from PIL import Image

Size = tuple[int, int]
Box = tuple[int, int, int, int]

SIDE = 640  # pixels
_QUALITY = 83
# Of 6 and of 100; the defaults, 4 and 100, take four times as long for hardly fewer bytes.
_EFFORT = 1
_ALPHA_QUALITY = 80
_MARGIN = 2  # pixels of the preview; the filter reaches less far
_BAND = 64  # rows reduced at a time; they fit into a processor's cache


def encode(cut_out: Image.Image, icc_profile: bytes | None) -> bytes:
    """Encode an RGBA picture as a small WebP."""
    scale = min(1, SIDE / max(cut_out.size))
    size = (max(1, round(cut_out.width * scale)), max(1, round(cut_out.height * scale)))
    buffer = io.BytesIO()
    _shrunk(cut_out, size).save(
        buffer,
        "WEBP",
        quality=_QUALITY,
        method=_EFFORT,
        alpha_quality=_ALPHA_QUALITY,
        icc_profile=icc_profile,
    )
    return buffer.getvalue()


def _shrunk(cut_out: Image.Image, size: Size) -> Image.Image:
    """Resize an RGBA picture, weighting colours by alpha; read only the subject, the rest is transparent."""
    small = Image.new("RGBa", size)
    if subject := cut_out.getbbox():
        factor = max(1, min(cut_out.width // size[0], cut_out.height // size[1]))
        x = _span(subject[0], subject[2], cut_out.width, size[0], factor)
        y = _span(subject[1], subject[3], cut_out.height, size[1], factor)
        reduced = _reduced(cut_out, (x.first_read, y.first_read, x.after_read, y.after_read), factor)
        part = reduced.resize(
            (x.after - x.first, y.after - y.first),
            Image.Resampling.HAMMING,
            (x.start, y.start, x.stop, y.stop),
        )
        small.paste(part, (x.first, y.first))
    return small.convert("RGBA")


class _Span(NamedTuple):
    """The subject along one axis."""

    first: int  # the preview's pixels that show it
    after: int  # the first pixel after them
    first_read: int  # the picture's pixels that the filter reads for them
    after_read: int
    start: float  # the edges of these pixels in the reduced picture
    stop: float


def _span(begin: int, end: int, length: int, small_length: int, factor: int) -> _Span:
    """Return the span of a subject from `begin` to `end` on an axis of `length` pixels."""
    ratio = length / small_length
    first = max(int(begin / ratio) - _MARGIN, 0)
    after = min(math.ceil(end / ratio) + _MARGIN, small_length)
    first_read = max(int((first - _MARGIN) * ratio), 0) // factor * factor
    after_read = min(math.ceil((after + _MARGIN) * ratio), length)
    edges = ((pixel * ratio - first_read) / factor for pixel in (first, after))
    return _Span(first, after, first_read, after_read, *edges)


def _reduced(cut_out: Image.Image, box: Box, factor: int) -> Image.Image:
    """Premultiply a box of the picture and reduce it by `factor`, in bands because that is twice as fast."""
    left, top, right, bottom = box
    if factor == 1:
        return cut_out.crop(box).convert("RGBa")
    reduced = Image.new("RGBa", (-(-(right - left) // factor), -(-(bottom - top) // factor)))
    rows = factor * max(1, _BAND // factor)
    for first in range(top, bottom, rows):
        band = cut_out.crop((left, first, right, min(first + rows, bottom)))
        reduced.paste(band.convert("RGBa").reduce(factor), (0, (first - top) // factor))
    return reduced
