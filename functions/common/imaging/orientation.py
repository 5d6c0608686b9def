"""Turn a picture upright by its EXIF orientation."""

from PIL import Image

from common.imaging.intake.exif import orientation

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, stored: int = 1) -> Image.Image:
    """Return the picture upright; its own EXIF wins over the orientation that is `stored` beside it."""
    # Pillow reports the rotation boxes of an AVIF as an EXIF block of its own making.
    turn = _TURNS.get(orientation(image.info.get("exif") or b""), _TURNS.get(stored))
    return image if turn is None else image.transpose(turn)
