"""The directory of a TIFF: tags with their values, which may stand anywhere in the file."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from common.domain.errors import UnreadableImage
from common.imaging.intake.parts import MOST_PROFILE, require

_SHORT, _LONG, _UNDEFINED = 3, 4, 7
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_SIZES = {kind: int(size) for kind, size in enumerate("0112481124848400888") if size != "0"}  # bytes a value
_MOST_ENTRIES = 1_000
MOST_STRIPS = 65_536
MOST_SAMPLES = 8

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL = 256, 257, 258, 259, 262, 266
OFFSETS, ORIENTATION, SAMPLES, ROWS, COUNTS, PLANAR = 273, 274, 277, 278, 279, 284
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 322, 323, 324, 325
# The tags that say how to make pixels of the strips, and how many values each may have at most. Others, such
# as those of EXIF, GPS, XMP and further pages, are left out.
_MOST_VALUES = {
    **dict.fromkeys((WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC, FILL, ORIENTATION, SAMPLES, ROWS), 1),
    **dict.fromkeys((PLANAR, 317, TILE_WIDTH, TILE_HEIGHT), 1),
    **dict.fromkeys((BITS, 338, 339), MOST_SAMPLES),
    **dict.fromkeys((OFFSETS, COUNTS, TILE_OFFSETS, TILE_COUNTS), MOST_STRIPS),
    320: 3 << 16,  # the palette
    530: 2,  # how colour is subsampled
}
_MOST_BYTES = {347: 1 << 16, 34675: MOST_PROFILE}  # tables of a JPEG, a colour profile


@dataclass(frozen=True, slots=True)
class Directory:
    """The tags of the first page: numbers, and what is passed on as it is."""

    order: str
    numbers: dict[int, tuple[int, ...]]
    opaque: dict[int, bytes]

    def number(self, tag: int, default: int | None = None) -> int:
        """Return a tag's first value."""
        values = self.numbers.get(tag)
        if not values and default is None:
            raise UnreadableImage
        return values[0] if values else default or 0


def read(content: bytes) -> Directory:
    """Return what the first directory of a file says."""
    order = "<" if content[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", content, 2) == (43,)
    (start,) = struct.unpack_from(order + ("Q" if big else "I"), content, 8 if big else 4)
    (entries,) = struct.unpack_from(order + ("Q" if big else "H"), content, start)
    require(entries <= _MOST_ENTRIES)
    page = Directory(order, {}, {})
    for tag, kind, count, value in _entries(content, order, big, start, entries):
        if tag in _MOST_VALUES and kind in _INTEGERS and tag not in page.numbers:
            require(count <= max(_MOST_VALUES[tag], 16))
            numbers = struct.unpack(f"{order}{count}{_INTEGERS[kind]}", value)
            page.numbers[tag] = numbers[: _MOST_VALUES[tag]]
        elif tag in _MOST_BYTES:
            require(len(value) <= _MOST_BYTES[tag])
            page.opaque[tag] = value
    return page


def _entries(
    content: bytes, order: str, big: bool, start: int, entries: int
) -> Iterator[tuple[int, int, int, bytes]]:
    """Yield tag, type, count and value of the entries that matter."""
    step, field = (20, 8) if big else (12, 4)
    for place in range(start + (8 if big else 2), start + (8 if big else 2) + step * entries, step):
        tag, kind, count = struct.unpack_from(order + ("HHQ" if big else "HHI"), content, place)
        if (tag in _MOST_VALUES or tag in _MOST_BYTES) and kind in _SIZES:
            size, at = count * _SIZES[kind], place + step - field
            if size > field:
                (at,) = struct.unpack_from(order + ("Q" if big else "I"), content, at)
            require(at + size <= len(content))
            yield tag, kind, count, content[at : at + size]


def written(page: Directory, start: int) -> bytes:
    """Return a directory of these tags that stands at `start`, with its values behind it."""
    values: dict[int, tuple[int, int, bytes]] = {
        tag: (_UNDEFINED, len(value), value) for tag, value in page.opaque.items()
    }
    for tag, numbers in page.numbers.items():
        kind = _SHORT if max(numbers, default=0) < 1 << 16 else _LONG
        code = f"{page.order}{len(numbers)}{_INTEGERS[kind]}"
        values[tag] = (kind, len(numbers), struct.pack(code, *numbers))
    entries, tail = [], b""
    tail_start = start + 2 + 12 * len(values) + 4
    for tag, (kind, count, value) in sorted(values.items()):
        if len(value) <= 4:
            field = value.ljust(4, b"\0")
        else:
            field = struct.pack(page.order + "I", tail_start + len(tail))
            tail += value + bytes(len(value) % 2)
        entries.append(struct.pack(page.order + "HHI", tag, kind, count) + field)
    return struct.pack(page.order + "H", len(values)) + b"".join(entries) + bytes(4) + tail
