"""The one thing we want of EXIF: which side of the stored picture is up."""

import struct

_ORIENTATION = 0x0112
_SHORT = 3


def orientation(exif: bytes) -> int:
    """Return the orientation, from 1 to 8, that an EXIF block tells; 1 where it tells none or is damaged."""
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
