"""The subject's own colours at its edge, without those of the background that shone through."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from common.matting.planes import averaged, enlarged, floats, purity, tiles

Samples = NDArray[np.uint8]

_SIDE = 320  # pixels; about the longest side at which colours nearby are looked for
_NEAR, _FAR = 3, 24  # of these pixels, over which they are averaged
_FALLBACK = 0.05  # what those far away count, which matters only where there are hardly any nearby
_PURITY = 12  # power of its share in the subject by which a pixel counts for the subject's colour


def without_spill(rgb: Image.Image, alpha: Image.Image) -> Image.Image:
    """Return the colours of the subject alone, black where nothing of it is seen.

    Forte, "Approximate Fast Foreground Colour Estimation" (2021): blurred colours of subject and background,
    corrected by what the picture shows.
    """
    cleaned = Image.new("RGB", rgb.size)
    nearby: list[Image.Image] = []
    for box in tiles(rgb.size):
        matte = np.asarray(alpha.crop(box))
        if matte.min() == 255:
            cleaned.paste(rgb.crop(box), box)
        elif matte.any():
            nearby = nearby or _nearby(rgb, alpha)
            subject, background = (np.asarray(colours) for colours in enlarged(nearby, box, rgb.size))
            cleaned.paste(_unmixed(np.asarray(rgb.crop(box)), matte, subject, background), box)
    return cleaned


def _unmixed(seen: Samples, matte: Samples, subject: Samples, background: Samples) -> Image.Image:
    """Return the subject's part of the colours that are seen, (rows, columns, 3), under a matte."""
    edge = (matte > 0) & (matte < 255)
    alpha = matte[edge, np.newaxis] / np.float32(255)
    own, other = subject[edge].astype(np.float32), background[edge]
    corrected = own + alpha * (seen[edge] - alpha * own - (1 - alpha) * other)
    colours = seen * (matte > 0)[..., np.newaxis]
    colours[edge] = corrected.clip(0, 255) + 0.5
    return Image.fromarray(colours)


def _nearby(rgb: Image.Image, alpha: Image.Image) -> list[Image.Image]:
    """Return the colours of the subject, and those of the background, around every place."""
    scale = max(1, max(rgb.size) // _SIDE)
    shares = purity(floats(alpha.reduce(scale)), _PURITY)
    colours = floats(rgb.reduce(scale))
    sums = np.concatenate([shares, colours * shares[0], colours * shares[1]])
    height, width = shares.shape[1:]
    near, far = (averaged(sums, (-(-width // cell), -(-height // cell))) for cell in (_NEAR, _FAR))
    near += _FALLBACK * averaged(far, (near.shape[2], near.shape[1]))
    means = near[2:5] / near[0], near[5:8] / near[1]
    return [Image.fromarray((mean.transpose(1, 2, 0) + 0.5).astype(np.uint8)) for mean in means]
