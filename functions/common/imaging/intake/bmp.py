"""BMP: a header with sizes, then rows of pixels."""

import struct

from common.domain.errors import ImageTooLarge, UnsupportedImage
from common.imaging.intake.parts import Admitted, Ceiling, require

HEADERS = (12, 40, 52, 56, 64, 108, 124)
_DEPTHS = (1, 4, 8, 16, 24, 32)
_RAW, _RLE8, _RLE4, _FIELDS = range(4)
_MOST_RLE = 4_000_000  # pixels; Pillow decodes these in Python


def admit(content: bytes, ceiling: Ceiling) -> Admitted:
    """Return the file as it is, once its pixels are known to be there."""
    (offset, size) = struct.unpack_from("<II", content, 10)
    require(size in HEADERS)
    compression, colours = _RAW, 0
    if size == 12:
        width, height, planes, depth = struct.unpack_from("<HHHH", content, 18)
    else:
        width, height, planes, depth, compression = struct.unpack_from("<iiHHI", content, 18)
        (colours,) = struct.unpack_from("<I", content, 46)
    ceiling.check(width, abs(height))
    if depth not in _DEPTHS or compression not in (_RAW, _RLE8, _RLE4, _FIELDS):
        raise UnsupportedImage
    require(planes <= 1 and colours <= 256)
    if compression in (_RLE8, _RLE4):
        _check_coded(width * abs(height))
    else:
        require((offset or 14 + size) + (width * depth + 31) // 32 * 4 * abs(height) <= len(content))
    return Admitted("BMP", [content])


def _check_coded(pixels: int) -> None:
    if pixels > _MOST_RLE:
        raise ImageTooLarge(
            f"A run-length encoded BMP may have at most {_MOST_RLE // 1_000_000} million pixels."
            " Send it as a PNG."
        )
