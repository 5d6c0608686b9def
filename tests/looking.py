"""Pictures decoded in this process, and shown to a remover like in a picture worker."""

import warnings

from PIL import Image

from common.domain.mattes import View
from common.imaging import headers
from common.imaging.codec import Picture, decode
from common.imaging.worker_codec import WorkerCodec
from common.imaging.workers import Workers
from common.removers.base import BackgroundRemover

WORKERS = Workers()


def picture_of(image: Image.Image) -> Picture:
    return Picture(image, None, None)


def matte_of(remover: BackgroundRemover, image: Image.Image) -> Image.Image:
    """Return this remover's matte at the picture's full size."""
    picture = picture_of(image)
    return picture.enlarged(remover.matte(picture.view))


def seen(view: View) -> Image.Image:
    """Return a view of raw samples as a picture."""
    return Image.frombytes("RGB", (view.width, view.height), view.content)


def read(content: bytes, megapixels: int = 50) -> Picture:
    """Decode a file in this process, as a picture worker does in its own."""
    format, _ = headers.check(content, megapixels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return decode((content, format), megapixels)


def codec(megapixels: int = 50) -> WorkerCodec:
    """Return a codec with the workers that all tests of this process share."""
    return WorkerCodec(megapixels, WORKERS)
