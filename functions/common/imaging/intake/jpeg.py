"""JPEG: segments, and after each start of a scan the coded pixels up to the next one."""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from common.domain.errors import UnreadableImage, UnsupportedImage
from common.imaging.intake.exif import orientation
from common.imaging.intake.jpeg_tables import DAC, DHT, DQT, DRI, Tables
from common.imaging.intake.parts import Admitted, Ceiling, require

_MOST_SEGMENTS = 5_000
# An encoder makes ten or so. Each goes over the whole picture again: 17 ms for one of 50 megapixels.
_MOST_SCANS = 64
_MOST_BLOCKS = 10  # that several components may have together in one unit of a scan

_MARKER = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")  # not those that stand between coded pixels
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_EXIF = 0xE1
_SEQUENTIAL, _PROGRESSIVE = (0xC0, 0xC1), (0xC2, 0xCA)  # with Huffman codes; the last is with arithmetic ones
_FRAMES = (*_SEQUENTIAL, *_PROGRESSIVE, 0xC9)
_OTHER_FRAMES = (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF, 0xDE)  # lossless, hierarchical
_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}


class _Segment(NamedTuple):
    marker: int
    body: memoryview
    whole: memoryview  # with the coded pixels behind a start of a scan


class _Component(NamedTuple):
    across: int
    down: int
    steps: int


class _Frame(NamedTuple):
    marker: int
    components: dict[int, _Component]
    blocks: int


class _Picture:
    """What is known of a picture while its segments go by."""

    def __init__(self, ceiling: Ceiling) -> None:
        self._ceiling = ceiling
        self._tables = Tables()
        self._frame: _Frame | None = None
        self._scans = self._coded = 0
        self.turned: int | None = None

    def see(self, segment: _Segment) -> None:
        """Check one segment."""
        marker, body, whole = segment
        if marker in _FRAMES:
            require(self._frame is None)
            self._frame = _frame(marker, body, self._ceiling)
        elif marker == _SOS:
            self._scans, self._coded = self._scans + 1, self._coded + len(whole) - len(body)
            require(self._scans <= _MOST_SCANS)
            self._check_scan(body)
        elif marker == _EXIF and self.turned is None and bytes(body[:6]) == b"Exif\0\0":
            self.turned = orientation(bytes(body))
        else:
            self._tables.define(marker, body)

    def check(self) -> None:
        """Raise UnreadableImage where there is less than a picture."""
        require(self._scans > 0)
        if self._frame and self._frame.marker in _SEQUENTIAL:
            # Each block takes two bits at least; fewer are a picture that was cut off and closed again.
            require(self._coded * 8 >= self._frame.blocks * 2)

    def _check_scan(self, body: memoryview) -> None:
        if self._frame is None or not body or len(body) != 4 + 2 * body[0]:
            raise UnreadableImage
        names, selectors = list(body[1:-3:2]), list(body[2:-3:2])
        require(0 < len(set(names)) == len(names) and self._frame.components.keys() >= set(names))
        components = [self._frame.components[name] for name in names]
        require(len(names) == 1 or sum(part.across * part.down for part in components) <= _MOST_BLOCKS)
        self._tables.check_steps([part.steps for part in components])
        if self._frame.marker in _PROGRESSIVE:
            first, last, (high, low) = body[-3], body[-2], divmod(body[-1], 16)
            require(last == 0 if first == 0 else len(names) == 1 and first <= last <= 63)
            require(low <= 13 and high in (0, low + 1))
            if self._frame.marker == _PROGRESSIVE[0]:
                self._tables.check_progressive(selectors, first, high)


def admit(content: bytes, ceiling: Ceiling) -> Admitted:
    """Return the first picture with its colour profile; previews, notes and further pictures are left out."""
    pieces: list[bytes | memoryview] = [b"\xff\xd8"]
    picture = _Picture(ceiling)
    for segment in _segments(content):
        picture.see(segment)
        if _is_kept(segment.marker, segment.body):
            pieces.append(segment.whole)
    picture.check()
    return Admitted("JPEG", [*pieces, b"\xff\xd9"], picture.turned or 1)


def check_scans(content: bytes, ceiling: Ceiling) -> None:
    """Raise PictureError where a stream, such as one inside another format, is too costly or broken off."""
    found = list(_segments(content))
    require(sum(segment.marker == _SOS for segment in found) <= _MOST_SCANS)
    for segment in found:
        if segment.marker in _FRAMES:
            _frame(segment.marker, segment.body, ceiling)


def _is_kept(marker: int, body: memoryview) -> bool:
    if marker in _KEPT:
        return bytes(body[:12]).startswith(_KEPT[marker])
    return marker in _FRAMES or marker in (DHT, DAC, DQT, DRI, _SOS)


def _segments(content: bytes) -> Iterator[_Segment]:
    """Yield the segments up to the end of the picture."""
    view, place = memoryview(content), 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.search(content, place)
        if found is None:
            break
        marker, start = found[1][0], found.end()
        if marker == _EOI:
            return
        if marker in _OTHER_FRAMES:
            raise UnsupportedImage
        require(marker != _SOI)
        (length,) = struct.unpack_from(">H", content, start)
        place = start + length
        require(length >= 2 and place <= len(content))
        behind = _MARKER.search(content, place) if marker == _SOS else None
        end = behind.start() if behind else place
        yield _Segment(marker, view[start + 2 : place], view[found.start() : end])
        place = end
    raise UnreadableImage


def _frame(marker: int, body: memoryview, ceiling: Ceiling) -> _Frame:
    depth, height, width, count = struct.unpack_from(">BHHB", body)
    ceiling.check(width, height)
    if depth != 8 or count not in (1, 3, 4):
        raise UnsupportedImage
    require(len(body) == 6 + 3 * count)
    components = {
        body[at]: _Component(body[at + 1] >> 4, body[at + 1] & 15, body[at + 2])
        for at in range(6, len(body), 3)
    }
    sides = [side for part in components.values() for side in (part.across, part.down)]
    require(len(components) == count and all(1 <= side <= 4 for side in sides))
    across, down = max(sides[::2]), max(sides[1::2])
    blocks = sum(
        -(-width * part.across // (8 * across)) * -(-height * part.down // (8 * down))
        for part in components.values()
    )
    return _Frame(marker, components, blocks)
