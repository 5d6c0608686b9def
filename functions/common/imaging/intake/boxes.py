"""The boxes of AVIF and HEIC: which items there are, where they lie, what they have and refer to."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from common.domain.errors import UnreadableImage
from common.imaging.intake.parts import require

_MOST_BOXES = 20_000
_MOST_ENTRIES = 20_000


class Box(NamedTuple):
    """A box: its kind, where it begins, and where its content is."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass
class Item:
    """A picture, a tile of one, or a note; `kind_at` is where its kind stands in the file."""

    kind: bytes
    kind_at: int
    extents: list[tuple[int, int]] = field(default_factory=list)
    properties: list[Box] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)


class Boxes:
    """A file of boxes, of which no more than a bounded number are read."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._left = _MOST_BOXES

    def within(self, place: int, end: int) -> Iterator[Box]:
        """Yield the boxes in this part of the file."""
        while place + 8 <= end:
            self._left -= 1
            require(self._left > 0)
            size, kind = struct.unpack_from(">I4s", self.content, place)
            body = place + 8
            if size == 1:
                (size,) = struct.unpack_from(">Q", self.content, body)
                body += 8
            stop = end if size == 0 else place + size
            require(body <= stop <= end)
            yield Box(kind, place, body, stop)
            place = stop

    def items(self, meta: Box) -> dict[int, Item]:
        """Return the items that the box `meta` describes, by their numbers."""
        inner = {box.kind: box for box in self.within(meta.body + 4, meta.end)}
        require(inner.keys() >= {b"iinf", b"iloc", b"iprp", b"pitm"})
        items = dict(self._kinds(inner[b"iinf"]))
        idat = inner.get(b"idat")
        self._place(items, inner[b"iloc"], idat.body if idat else 0)
        self._give_properties(items, inner[b"iprp"])
        if b"iref" in inner:
            self._refer(items, inner[b"iref"])
        return items

    def _kinds(self, iinf: Box) -> Iterator[tuple[int, Item]]:
        version = self.content[iinf.body]
        for box in self.within(iinf.body + (8 if version else 6), iinf.end):
            if box.kind == b"infe" and (version := self.content[box.body]) >= 2:
                code = ">H2x4s" if version == 2 else ">I2x4s"
                number, kind = struct.unpack_from(code, self.content, box.body + 4)
                yield number, Item(kind, box.body + (8 if version == 2 else 10))

    def _place(self, items: dict[int, Item], iloc: Box, idat: int) -> None:
        fields = Fields(self.content[iloc.body : iloc.end])
        version = fields.take(1)
        fields.take(3)
        sizes = fields.take(2)
        offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
        for _ in range(fields.count(2 if version < 2 else 4)):
            number = fields.take(2 if version < 2 else 4)
            method = fields.take(2) & 15 if version else 0
            fields.take(2)
            start = fields.take(base) + (idat if method == 1 else 0)
            for _ in range(fields.count(2)):
                fields.take(index if version else 0)
                extent = start + fields.take(offset), fields.take(length)
                if number in items and method < 2:
                    items[number].extents.append(extent)

    def _give_properties(self, items: dict[int, Item], iprp: Box) -> None:
        groups = list(self.within(iprp.body, iprp.end))
        known = [box for ipco in groups if ipco.kind == b"ipco" for box in self.within(ipco.body, ipco.end)]
        for ipma in groups:
            if ipma.kind == b"ipma":
                fields = Fields(self.content[ipma.body : ipma.end])
                version, wide = fields.take(1), fields.take(3) & 1
                for _ in range(fields.count(4)):
                    item = items.get(fields.take(4 if version else 2))
                    for _ in range(fields.take(1)):
                        index = fields.take(2) & 0x7FFF if wide else fields.take(1) & 0x7F
                        if item and 0 < index <= len(known):
                            item.properties.append(known[index - 1])

    def _refer(self, items: dict[int, Item], iref: Box) -> None:
        wide = 4 if self.content[iref.body] else 2
        for box in self.within(iref.body + 4, iref.end):
            if box.kind == b"dimg":
                fields = Fields(self.content[box.body : box.end])
                item = items.get(fields.take(wide))
                parts = [fields.take(wide) for _ in range(fields.count(2))]
                if item:
                    item.parts += parts


class Fields:
    """Reads numbers of several bytes, and refuses to count too far."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0
        self._left = _MOST_ENTRIES

    def take(self, size: int) -> int:
        """Return the next number of `size` bytes."""
        end = self._place + size
        if end > len(self._content):
            raise UnreadableImage
        number = int.from_bytes(self._content[self._place : end], "big")
        self._place = end
        return number

    def count(self, size: int) -> int:
        """Return the next number as one of entries to come."""
        number = self.take(size)
        self._left -= number
        require(self._left >= 0)
        return number
