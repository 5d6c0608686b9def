"""Encode the preview of a cut-out, a small WebP."""

import io

import PIL.WebPImagePlugin  # noqa: F401 - so that the first preview does not load all formats of Pillow
from PIL import Image

SIDE = 640  # pixels
_QUALITY = 83
# Of 6 and of 100; the defaults, 4 and 100, take four times as long for hardly fewer bytes.
_EFFORT = 1
_ALPHA_QUALITY = 80
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


def _shrunk(cut_out: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize an RGBA picture, weighting colours by alpha."""
    width, height = cut_out.size
    factor = max(1, min(width // size[0], height // size[1]))
    premultiplied = _reduced(cut_out, factor) if factor > 1 else cut_out.convert("RGBa")
    small = premultiplied.resize(size, Image.Resampling.HAMMING, (0, 0, width / factor, height / factor))
    return small.convert("RGBA")


def _reduced(cut_out: Image.Image, factor: int) -> Image.Image:
    """Premultiply an RGBA picture and reduce it by `factor`, in bands because that is twice as fast."""
    width, height = cut_out.size
    reduced = Image.new("RGBa", (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, _BAND // factor)
    for top in range(0, height, rows):
        band = cut_out.crop((0, top, width, min(top + rows, height)))
        reduced.paste(band.convert("RGBa").reduce(factor), (0, top // factor))
    return reduced
