"""Show pictures of this process to a remover, as a picture worker does."""

from PIL import Image

from common.domain.pictures import View
from common.imaging.codec import Picture
from common.removers.base import BackgroundRemover


def picture_of(image: Image.Image) -> Picture:
    return Picture(image, None, "image/png", None)


def matte_of(remover: BackgroundRemover, image: Image.Image) -> Image.Image:
    """Return the matte that this remover finds, at the picture's full size."""
    picture = picture_of(image)
    return picture.enlarged(remover.matte(picture.view))


def seen(view: View) -> Image.Image:
    """Return a view of raw samples as a picture."""
    return Image.frombytes("RGB", (view.width, view.height), view.content)
