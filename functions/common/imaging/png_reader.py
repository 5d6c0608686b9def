"""Prepare a PNG for Pillow: keep the chunks that it needs, and repair what it would misread.

Pillow reads missing rows as black, refuses long texts, and understands a transparent colour only at 8 bits.
Portable Network Graphics (third edition), https://www.w3.org/TR/png-3/.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator

from isal import isal_zlib

from common.domain.errors import UnreadableImage

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"eXIf", b"IDAT", b"IEND")  # no text and no animation
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_GREY, _COLOUR, _PALETTE = 0, 2, 3
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_MOST_CHUNKS = 100_000  # a photo of 20 MB has some thousands
_PIECE = 1 << 20


def essential(content: bytes) -> bytes:
    """Return the PNG with only the chunks that its pixels need; raise UnreadableImage if rows are missing."""
    chunks = list(_chunks(content))
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    size = _size(width, height, depth * _CHANNELS.get(colour, 1), interlaced=bool(interlaced))
    if _inflated_size((body for kind, body, _ in chunks if kind == b"IDAT"), size) < size:
        raise UnreadableImage
    pieces = [
        _eight_bit_key(body, depth, colour) if kind == b"tRNS" and colour != _PALETTE else whole
        for kind, body, whole in chunks
        if kind in _KEPT
    ]
    return b"".join([_SIGNATURE, *pieces])


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Yield kind, body and all bytes of each chunk up to IEND."""
    view, place = memoryview(content), len(_SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if end > len(content):
            break
        yield kind, view[place + 8 : end - 4], view[place:end]
        if kind == b"IEND":
            return
        place = end
    raise UnreadableImage


def _size(width: int, height: int, bits: int, *, interlaced: bool) -> int:
    """Return the number of bytes of all rows, each with its filter byte."""
    size = 0
    for x, y, across, down in _ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - x) // across), -(-(height - y) // down)
        if columns > 0 and rows > 0:
            size += rows * (1 + (columns * bits + 7) // 8)
    return size


def _inflated_size(bodies: Iterable[memoryview], enough: int) -> int:
    inflater, size = isal_zlib.decompressobj(), 0
    for body in bodies:
        rest: bytes | memoryview = body
        while rest and size < enough:
            size += len(inflater.decompress(rest, _PIECE))
            rest = inflater.unconsumed_tail
    return size


def _eight_bit_key(body: memoryview, depth: int, colour: int) -> bytes:
    """Return the tRNS chunk with the transparent colour scaled to 8 bits, as Pillow scales samples.

    For 16-bit colour that is the upper byte; Pillow does not scale 16-bit grey.
    """
    key = struct.unpack(f">{1 if colour == _GREY else 3}H", body)
    if colour == _COLOUR and depth == 16:
        key = tuple(sample >> 8 for sample in key)
    elif depth < 16:
        largest = (1 << depth) - 1
        key = tuple((sample & largest) * (255 // largest if depth > 1 else 1) for sample in key)
    chunk = b"tRNS" + struct.pack(f">{len(key)}H", *key)
    return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
