"""AVIF and HEIC: pictures coded as frames of a film, alone or as tiles of a grid."""

from collections.abc import Iterator

from common.domain.errors import UnreadableImage, UnsupportedImage
from common.imaging.intake.boxes import Box, Boxes, Fields, Item
from common.imaging.intake.coded_size import av1_sizes, hevc_sizes, hevc_units
from common.imaging.intake.parts import MOST_PROFILE, Admitted, Ceiling, require

_STILL_BRANDS = {b"avis": b"avif", b"msf1": b"mif1", b"hevc": b"heic", b"hevx": b"heix"}
_MOST_BRANDS = 1024  # bytes
_AV1, _HEVC, _GRID = b"av01", (b"hvc1", b"hev1"), b"grid"
_KEPT = (_AV1, *_HEVC, _GRID)
_MOST_TILES_TIMES = 4  # tiles together may be larger than their picture, as a border of it shows


def admit(content: bytes, ceiling: Ceiling, format: str) -> Admitted:
    """Return the still pictures, without films, EXIF and other notes.

    Boxes cannot move, for items are told by their place in the file: what is left out is given a kind that no
    reader knows.
    """
    boxes = Boxes(content)
    top = list(boxes.within(0, len(content)))
    films = [box for box in top if box.kind == b"moov"]
    meta = next((box for box in top if box.kind == b"meta"), None)
    if meta is None:
        raise UnsupportedImage if films else UnreadableImage
    items = boxes.items(meta)
    _check_extents(content, items)
    areas = {number: _area(content, item, ceiling) for number, item in items.items()}
    for item in items.values():
        if item.kind == _GRID:
            _check_grid(content, item, areas, ceiling)
    left_out = [box.start + 4 for box in films] + [
        item.kind_at for item in items.values() if item.kind not in _KEPT
    ]
    return Admitted(format, [_without(content, top[0].end, left_out)])


def _without(content: bytes, brands_end: int, kinds: list[int]) -> bytes:
    """Return the file as one of still pictures, in which what has its kind at these places is passed over."""
    require(brands_end <= _MOST_BRANDS)
    changed = bytearray(content)
    for place in range(8, brands_end, 4):
        brand = content[place : place + 4]
        changed[place : place + 4] = _STILL_BRANDS.get(brand, brand)
    for place in kinds:
        changed[place : place + 4] = b"free"
    return bytes(changed)


def _check_extents(content: bytes, items: dict[int, Item]) -> None:
    """Items may share their bytes, but not so that they make many of few."""
    extents = [extent for item in items.values() for extent in item.extents]
    require(all(start + length <= len(content) for start, length in extents))
    require(sum(length for _, length in extents) <= 4 * len(content))


def _area(content: bytes, item: Item, ceiling: Ceiling) -> int:
    """Return how many pixels decoding this item makes, whatever its boxes say."""
    largest = 0
    for box in item.properties:
        if box.kind == b"colr":
            require(box.end - box.body <= MOST_PROFILE)
        elif box.kind == b"ispe":
            fields = Fields(content[box.body + 4 : box.end])
            ceiling.check(fields.take(4), fields.take(4))
    for width, height in _coded_sizes(content, item):
        ceiling.check(width, height)
        largest = max(largest, width * height)
    return largest


def _coded_sizes(content: bytes, item: Item) -> Iterator[tuple[int, int]]:
    if item.kind == _AV1:
        for box in _properties(item, b"av1C"):
            yield from av1_sizes(content[box.body + 4 : box.end])
        yield from av1_sizes(_joined(content, item))
    elif item.kind in _HEVC:
        for box in _properties(item, b"hvcC"):
            yield from hevc_sizes(_configured(content[box.body : box.end]))
            length_size = (content[box.body + 21] & 3) + 1
            yield from hevc_sizes(hevc_units(_joined(content, item), length_size))


def _properties(item: Item, kind: bytes) -> Iterator[Box]:
    return (box for box in item.properties if box.kind == kind)


def _joined(content: bytes, item: Item) -> bytes:
    return b"".join(
        content[start : start + length if length else len(content)] for start, length in item.extents
    )


def _configured(configuration: bytes) -> Iterator[bytes]:
    """Yield the units in a box hvcC."""
    fields = Fields(configuration[22:])
    place = 23
    for _ in range(fields.take(1)):
        place += 3
        fields.take(1)
        for _ in range(fields.count(2)):
            length = fields.take(2)
            yield configuration[place + 2 : place + 2 + length]
            for _ in range(length):
                fields.take(1)
            place += 2 + length


def _check_grid(content: bytes, item: Item, areas: dict[int, int], ceiling: Ceiling) -> None:
    """Refuse a grid that is larger, or is made of more, than a picture may be."""
    fields = Fields(_joined(content, item))
    fields.take(1)
    wide = 4 if fields.take(1) & 1 else 2
    tiles = (1 + fields.take(1)) * (1 + fields.take(1))
    ceiling.check(fields.take(wide), fields.take(wide))
    require(tiles == len(item.parts))
    require(sum(areas.get(part, 0) for part in item.parts) <= _MOST_TILES_TIMES * ceiling.pixels)
