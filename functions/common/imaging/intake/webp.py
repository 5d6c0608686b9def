"""WebP: chunks in a RIFF file."""

import struct
from collections.abc import Iterator

from common.domain.errors import UnreadableImage
from common.imaging.intake.exif import orientation
from common.imaging.intake.parts import MOST_PARTS, Admitted, Ceiling, require

_SIMPLE = (b"VP8 ", b"VP8L")
_Chunk = tuple[bytes, memoryview, memoryview]  # kind, body, and the whole of it
_ICC, _ALPHA, _ANIMATION = 0x20, 0x10, 0x02


def admit(content: bytes, ceiling: Ceiling) -> Admitted:
    """Return the first picture on its canvas, with its colour profile."""
    (size,) = struct.unpack_from("<I", content, 4)
    require(size + 8 <= len(content))
    chunks = list(_chunks(content, size + 8))
    kind, body, whole = chunks[0]
    if kind in _SIMPLE:
        ceiling.check(*_coded_size(kind, body))
        return _riff([whole])
    require(kind == b"VP8X" and len(body) >= 10)
    ceiling.check(*(1 + int.from_bytes(body[at : at + 3], "little") for at in (4, 7)))
    return _extended(chunks, body, ceiling)


def _extended(
    chunks: list[tuple[bytes, memoryview, memoryview]], head: memoryview, ceiling: Ceiling
) -> Admitted:
    found: dict[bytes, tuple[memoryview, memoryview]] = {}
    for kind, body, whole in chunks[1:]:
        found.setdefault(kind, (body, whole))
    wanted = _wanted(found, head[0])
    for name, (body, _) in found.items():
        if name in wanted:
            _check_coded(name, body, ceiling)
    flags = head[0] & (_ALPHA | _ANIMATION) | (_ICC if b"ICCP" in wanted else 0)
    vp8x = struct.pack("<4sIB", b"VP8X", 10, flags) + bytes(3) + head[4:10]
    exif = bytes(found[b"EXIF"][0]) if b"EXIF" in found else b""
    return _riff([vp8x, *(found[name][1] for name in wanted)], orientation(exif))


def _wanted(found: dict[bytes, tuple[memoryview, memoryview]], flags: int) -> list[bytes]:
    """Return which chunks make up the first picture, in their order."""
    profile = [b"ICCP"] if flags & _ICC and b"ICCP" in found else []
    if flags & _ANIMATION:
        require(b"ANIM" in found and b"ANMF" in found)
        return [*profile, b"ANIM", b"ANMF"]
    if b"VP8L" in found:
        return [*profile, b"VP8L"]
    require(b"VP8 " in found)
    return [*profile, *([b"ALPH"] if b"ALPH" in found else []), b"VP8 "]


def _check_coded(kind: bytes, body: memoryview, ceiling: Ceiling) -> None:
    """Raise PictureError where the coded picture itself claims more than the canvas may have."""
    if kind in _SIMPLE:
        ceiling.check(*_coded_size(kind, body))
    elif kind == b"ANMF":
        ceiling.check(*(1 + int.from_bytes(body[at : at + 3], "little") for at in (6, 9)))
        for inner, part, _ in _chunks(bytes(body), len(body), 16):
            _check_coded(inner, part, ceiling)


def _coded_size(kind: bytes, body: memoryview) -> tuple[int, int]:
    if kind == b"VP8L":
        mark, packed = struct.unpack_from("<BI", body)
        require(mark == 0x2F)
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    require(bytes(body[3:6]) == b"\x9d\x01\x2a")
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def _chunks(content: bytes, end: int, place: int = 12) -> Iterator[_Chunk]:
    """Yield kind, body and the whole of each chunk; of ANMF the head is part of the body."""
    view = memoryview(content)
    for _ in range(MOST_PARTS):
        if place + 8 > end:
            return
        kind, length = struct.unpack_from("<4sI", content, place)
        stop = place + 8 + length
        require(stop <= end)
        yield kind, view[place + 8 : stop], view[place : stop + (length & 1)]
        place = stop + (length & 1)
    raise UnreadableImage


def _riff(pieces: list[bytes | memoryview], turned: int = 1) -> Admitted:
    # A last chunk of odd length may lack its padding.
    padding = bytes(sum(map(len, pieces)) % 2)
    head = struct.pack("<4sI4s", b"RIFF", 4 + sum(map(len, pieces)) + len(padding), b"WEBP")
    return Admitted("WEBP", [head, *pieces, padding], turned)
