"""Remove colour spill: the background's colour that shines through at the subject's edge."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from common.imaging.matting.planes import (
    Box,
    Floats,
    Samples,
    averaged,
    enlarged,
    floats,
    for_each_tile,
    fractions,
    images,
    purity,
)

Indices = NDArray[np.intp]

_SIDE = 320  # pixels; the longest side of the reduced picture
_NEAR, _FAR = 3, 24  # sides, in reduced pixels, of the squares over which colours are averaged
_FALLBACK = 0.05  # weight of the far average, which only matters if the near one has almost no samples
_DOUBLINGS = 4  # squarings of a pixel's shares, which favour pixels that are all subject or all background


def remove_spill(rgb: Image.Image, alpha: Image.Image) -> None:
    """Replace the colours of partly transparent pixels by the subject's own, in place.

    Forte, "Approximate Fast Foreground Colour Estimation" (2021): take the blurred colours of subject and
    background, and correct them so that blending them gives the colour in the picture.
    """
    least, most = alpha.getextrema()
    if least == 255 or most == 0:
        return
    nearby = _nearby(rgb, alpha)

    def clean(box: Box) -> None:
        matte = np.asarray(alpha.crop(box))
        edge = np.flatnonzero((matte > 0) & (matte < 255))
        if edge.size:
            colours = np.array(rgb.crop(box))
            _unmix(colours.reshape(-1, 3), matte.ravel(), enlarged(nearby, box, rgb.size), edge)
            rgb.paste(Image.fromarray(colours), box)

    for_each_tile(rgb.size, clean)


def _unmix(colours: Samples, matte: Samples, around: Floats, edge: Indices) -> None:
    """Replace the edge pixels of `colours`, (pixels, 3), by the subject's own colours."""
    alpha = matte[edge] / np.float32(255)
    subject, background = around.reshape(2, 3, -1)[..., edge]
    seen = colours[edge].T
    own = subject + alpha * (seen - alpha * subject - (1 - alpha) * background)
    colours[edge] = own.T.clip(0, 255) + 0.5


def _nearby(rgb: Image.Image, alpha: Image.Image) -> Floats:
    """Return six planes: the local colours of the subject, then those of the background."""
    scale = -(-max(rgb.size) // _SIDE)
    shares = purity(fractions(alpha.reduce(scale)), _DOUBLINGS)
    colours = floats(rgb.reduce(scale))
    sums = np.concatenate([shares, colours * shares[0], colours * shares[1]])
    height, width = shares.shape[1:]
    near = np.stack([np.asarray(plane.reduce(_NEAR)) for plane in images(sums)])
    far = averaged(near, (-(-width // _FAR), -(-height // _FAR)))
    near += _FALLBACK * averaged(far, (near.shape[2], near.shape[1]))
    return np.concatenate([near[2:5] / near[0], near[5:8] / near[1]])
