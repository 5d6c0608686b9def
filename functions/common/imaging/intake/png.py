"""PNG: chunks after a signature."""

import struct
import zlib
from collections.abc import Iterable, Iterator

from common.domain.errors import UnreadableImage
from common.imaging.intake.exif import orientation
from common.imaging.intake.parts import MOST_PARTS, Admitted, Ceiling, require

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND")  # text, animation and the rest are left out
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE = 1 << 20


def admit(content: bytes, ceiling: Ceiling) -> Admitted:
    """Return the first picture, without its text, animation and other extras."""
    kind, body, _ = next(_chunks(content))
    require(kind == b"IHDR" and len(body) == 13)
    width, height, depth, colour, _, _, interlaced = header = struct.unpack(">IIBBBBB", body)
    ceiling.check(width, height)
    chunks = list(_chunks(content))
    require(depth in _DEPTHS.get(colour, ()) and header[4:6] == (0, 0) and interlaced in (0, 1))
    # Pillow would take missing rows for black ones, and find damage only after making room for all of them.
    rows = _rows(width, height, depth * _CHANNELS[colour], bool(interlaced))
    _check_rows(_inflated(body for kind, body, _ in chunks if kind == b"IDAT"), rows)
    exif = next((bytes(body) for kind, body, _ in chunks if kind == b"eXIf"), b"")
    pieces = [
        _eight_bit_key(body, depth, colour) if kind == b"tRNS" and colour != 3 else whole
        for kind, body, whole in chunks
        if kind in _KEPT
    ]
    return Admitted("PNG", [_SIGNATURE, *pieces], orientation(exif))


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Yield kind, body and the whole of each chunk up to IEND."""
    view, place = memoryview(content), len(_SIGNATURE)
    for _ in range(MOST_PARTS):
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        require(end <= len(content))
        yield kind, view[place + 8 : end - 4], view[place:end]
        if kind == b"IEND":
            return
        place = end
    raise UnreadableImage


def _eight_bit_key(body: memoryview, depth: int, colour: int) -> bytes:
    """Return the chunk for a transparent colour as Pillow takes it: in the 8 bits to which it scales samples.

    Of 16 bits it is the upper half; 16 bit grey alone Pillow reads as it is.
    """
    key = struct.unpack(f">{1 if colour == 0 else 3}H", body)
    if colour == 2 and depth == 16:
        key = tuple(sample >> 8 for sample in key)
    elif depth < 16:
        largest = (1 << depth) - 1
        key = tuple((sample & largest) * (255 // largest if depth > 1 else 1) for sample in key)
    chunk = b"tRNS" + struct.pack(f">{len(key)}H", *key)
    return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))


def _rows(width: int, height: int, bits: int, interlaced: bool) -> Iterator[tuple[int, int]]:
    """Yield for each pass how many bytes a row has, with the one that names its filter, and how many rows."""
    for x, y, across, down in _ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - x) // across), -(-(height - y) // down)
        if columns > 0 and rows > 0:
            yield 1 + (columns * bits + 7) // 8, rows


def _inflated(bodies: Iterable[memoryview]) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    for body in bodies:
        rest: bytes | memoryview = body
        while rest:
            yield inflater.decompress(rest, _PIECE)
            rest = inflater.unconsumed_tail


def _check_rows(pieces: Iterator[bytes], passes: Iterable[tuple[int, int]]) -> None:
    """Raise UnreadableImage where rows are missing or a filter does not exist."""
    buffer = b""
    for stride, rows in passes:
        left, next_filter = stride * rows, 0
        while left:
            buffer = buffer or _next_piece(pieces)
            taken, buffer = buffer[:left], buffer[left:]
            filters = taken[next_filter::stride]
            require(not filters or max(filters) <= 4)
            next_filter += len(filters) * stride - len(taken)
            left -= len(taken)


def _next_piece(pieces: Iterator[bytes]) -> bytes:
    try:
        piece = next((piece for piece in pieces if piece), b"")
    except zlib.error as error:
        raise UnreadableImage from error
    require(bool(piece))
    return piece
