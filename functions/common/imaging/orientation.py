"""Turn a picture upright by its EXIF orientation."""

import struct

from PIL import Image

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112
_SHORT = 3


def upright(image: Image.Image) -> Image.Image:
    """Return the picture turned upright."""
    # For an AVIF, Pillow translates the rotation boxes to an EXIF block.
    turn = _TURNS.get(orientation(image.info.get("exif") or b""))
    return image if turn is None else image.transpose(turn)


def orientation(exif: bytes) -> int:
    """Return the orientation, from 1 to 8, in an EXIF block; 1 if it has none or is damaged."""
    block = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", block, 4)
        (entries,) = struct.unpack_from(order + "H", block, start)
        return _find(block, order, start + 2, entries)
    except struct.error:
        return 1


def _find(block: bytes, order: str, start: int, entries: int) -> int:
    for place in range(start, start + 12 * entries, 12):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", block, place)
        if tag == _ORIENTATION:
            return value if kind == _SHORT and 1 <= value <= 8 else 1
    return 1
