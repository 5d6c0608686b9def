"""The subject's own colours at its edge, without those of the background that shone through."""

import numpy as np
from PIL import Image

from common.matting.planes import Floats, averaged, enlarged, extremes, floats, images, purity, tiles

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
    blurred: list[Image.Image] = []
    for box in tiles(rgb.size):
        matte = alpha.crop(box)
        darkest, brightest = extremes(matte)
        if darkest == 255:
            cleaned.paste(rgb.crop(box), box)
        elif brightest:
            blurred = blurred or images(_blurred(rgb, alpha))
            cleaned.paste(_unmixed(rgb.crop(box), matte, enlarged(blurred, box, rgb.size)), box)
    return cleaned


def _unmixed(rgb: Image.Image, matte: Image.Image, blurred: list[Floats]) -> Image.Image:
    alpha, seen = floats(matte) / 255, floats(rgb)
    subject, background = np.stack(blurred[:3]), np.stack(blurred[3:])
    corrected = subject + alpha * (seen - alpha * subject - (1 - alpha) * background)
    colours = np.where(alpha == 1, seen, corrected.clip(0, 255) + 0.5) * (alpha > 0)
    return Image.fromarray(np.ascontiguousarray(colours.astype(np.uint8).transpose(1, 2, 0)))


def _blurred(rgb: Image.Image, alpha: Image.Image) -> Floats:
    """Return the red, green and blue of the subject, then of the background, around every place."""
    scale = max(1, max(rgb.size) // _SIDE)
    shares = purity(floats(alpha.reduce(scale)), _PURITY)
    colours = floats(rgb.reduce(scale))
    sums = np.concatenate([shares, colours * shares[0], colours * shares[1]])
    height, width = shares.shape[1:]
    near, far = (averaged(sums, (-(-width // cell), -(-height // cell))) for cell in (_NEAR, _FAR))
    near += _FALLBACK * averaged(far, (near.shape[2], near.shape[1]))
    return np.concatenate([near[2:5] / near[0], near[5:8] / near[1]])
