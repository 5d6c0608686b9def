"""Small files that cost a decoder, or a reader of headers, much time or memory."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from common.domain.errors import UnreadableImage
from tests.picture_files import HEIC
from tests.unit.imaging.hostile_pictures.corpus import Read, case
from tests.unit.imaging.hostile_pictures.parts import box, canvas, riff, tiff

CODED = HEIC[0x1EC : 0x1EC + 0x66]  # one tile of 64 x 64
_START = HEIC.index(b"hvcC") - 4
CONFIGURATION = HEIC[_START : _START + struct.unpack_from(">I", HEIC, _START)[0]]


@dataclass
class Item:
    """A picture or a grid of a HEIC; extents are offsets into the coded data, or into `idat` for a grid."""

    kind: bytes
    properties: Sequence[int]  # by number, from 1
    extents: Sequence[tuple[int, int]] = ((0, len(CODED)),)
    parts: Sequence[int] = field(default_factory=tuple)


def heic(items: Sequence[Item], properties: Sequence[bytes], shapes: bytes = b"", primary: int = 1) -> bytes:
    """Return a HEIC of these items, numbered from 1."""
    head = box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    empty = _meta(items, properties, shapes, primary, 0)
    return head + _meta(items, properties, shapes, primary, len(head) + len(empty) + 8) + box(b"mdat", CODED)


def _meta(
    items: Sequence[Item], properties: Sequence[bytes], shapes: bytes, primary: int, start: int
) -> bytes:
    numbered = list(enumerate(items, 1))
    infe = [box(b"infe", struct.pack(">IHH4sx", 2 << 24, number, 0, item.kind)) for number, item in numbered]
    iloc = [_location(number, item, start) for number, item in numbered]
    used = [
        struct.pack(f">HB{len(item.properties)}H", number, len(item.properties), *item.properties)
        for number, item in numbered
    ]
    iref = [
        box(b"dimg", struct.pack(f">HH{len(item.parts)}H", number, len(item.parts), *item.parts))
        for number, item in numbered
        if item.parts
    ]
    return box(
        b"meta",
        bytes(4),
        box(b"hdlr", bytes(8), b"pict", bytes(13)),
        box(b"pitm", bytes(4), struct.pack(">H", primary)),
        box(b"iloc", struct.pack(">IHH", 1 << 24, 0x4400, len(items)), *iloc),
        box(b"iinf", struct.pack(">IH", 0, len(items)), *infe),
        *([box(b"iref", bytes(4), *iref)] if iref else []),
        box(
            b"iprp",
            box(b"ipco", *properties),
            box(b"ipma", struct.pack(">II", 1, len(items)), b"".join(used)),
        ),
        box(b"idat", shapes),
    )


def _location(number: int, item: Item, start: int) -> bytes:
    in_idat = item.kind == b"grid"
    extents = [struct.pack(">II", place + (0 if in_idat else start), size) for place, size in item.extents]
    return struct.pack(">HHHH", number, int(in_idat), 0, len(extents)) + b"".join(extents)


def size(width: int, height: int) -> bytes:
    return box(b"ispe", struct.pack(">III", 0, width, height))


def of_large_configurations(items: int, times: int, units: int) -> bytes:
    """Return a HEIC whose items each refer to one large decoder configuration many times."""
    unit = struct.pack(">BHH", 33, 1, 65_000) + bytes(65_000)
    configuration = box(b"hvcC", CONFIGURATION[8:30], bytes((units,)), unit * units)
    return heic([Item(b"hvc1", [2] * times + [1])] * items, [size(64, 64), configuration])


def grid_of_grids(side: int) -> bytes:
    """Return a HEIC of 1024 x 1024: a grid whose tiles are grids, each of the same tiles of 64 x 64."""
    number, inner = side * side, 64 * side
    grids, tiles = range(2, 2 + number), range(2 + number, 2 + 2 * number)
    shapes = [struct.pack(">BBBBHH", 0, 0, side - 1, side - 1, length, length) for length in (1024, inner)]
    items = [
        Item(b"grid", [4], [(0, 8)], grids),
        *(Item(b"grid", [3], [(8, 8)], tiles) for _ in grids),
        *(Item(b"hvc1", [1, 2]) for _ in tiles),
    ]
    properties = [CONFIGURATION, size(64, 64), size(inner, inner), size(1024, 1024)]
    return heic(items, properties, b"".join(shapes))


def of_many_sizes(items: int) -> bytes:
    """Return a HEIC of many items that each refer to the same size as often as possible."""
    return heic([Item(b"hvc1", [2] * 254 + [1])] * items, [CONFIGURATION, size(64, 64)])


def of_empty_extents(extents: int, padding: int) -> bytes:
    """Return a HEIC whose item has extents of length 0, which reach to the end of the file."""
    content = heic([Item(b"hvc1", [1, 2], [(0, 0)] * extents)], [CONFIGURATION, size(64, 64)])
    return content + box(b"free", bytes(padding))


def nested_frames(depth: int, size: int) -> bytes:
    """Return a WebP of frames within frames."""
    inner = b""
    for _ in range(depth):
        inner = struct.pack("<4sI", b"ANMF", 24 + len(inner)) + bytes(24) + inner
    return riff(canvas(64, 48, 2), (b"ANIM", bytes(6)), (b"ANMF", bytes(24) + inner), (b"free", bytes(size)))


def of_many_tiles(tiles: int) -> bytes:
    """Return a TIFF of this number of tiles in a row and two rows, all with the same bytes."""
    number, pixels = 2 * tiles, bytes(256)
    tables = struct.pack(f"<{number}I", *[8] * number) + struct.pack(f"<{number}I", *[256] * number)
    start = 8 + len(pixels)
    return tiff(
        pixels + tables,
        t256=(4, 1, 16 * tiles),
        t257=(3, 1, 32),
        t259=(3, 1, 5),
        t322=(3, 1, 16),
        t323=(3, 1, 16),
        t324=(4, number, start),
        t325=(4, number, start + 4 * number),
    )


case(
    UnreadableImage,
    heic_configuration_of_64_kb_named_255_times_by_10_items=partial(of_large_configurations, 10, 254, 1),
    heic_configuration_of_1_mb_named_100_times=partial(of_large_configurations, 1, 100, 15),
    heic_configuration_of_2_mb_named_250_times=partial(of_large_configurations, 1, 250, 31),
    heic_grid_of_grids_of_16_tiles=partial(grid_of_grids, 16),
    heic_grid_of_grids_of_22_tiles=partial(grid_of_grids, 22),
    heic_grid_of_grids_of_64_tiles=partial(grid_of_grids, 64),
    heic_19_000_items_that_name_a_size_255_times=partial(of_many_sizes, 19_000),
    heic_1600_extents_of_length_0=partial(of_empty_extents, 1_600, 1 << 20),
    heic_3000_extents_of_length_0=partial(of_empty_extents, 3_000, 1 << 20),
    heic_30_000_extents_of_length_0=partial(of_empty_extents, 30_000, 16 << 20),
    webp_frames_900_deep=partial(nested_frames, 900, 1 << 20),
    webp_frames_1200_deep=partial(nested_frames, 1_200, 0),
    webp_frames_100_000_deep=partial(nested_frames, 100_000, 0),
    tiff_of_32_768_tiles=partial(of_many_tiles, 16_384),
    tiff_of_65_536_tiles=partial(of_many_tiles, 32_768),
    tiff_of_65_536_tiles_cut_off=lambda: of_many_tiles(32_768)[:300_000],
)
case(Read(1024, 1024), heic_grid_of_grids_of_4_tiles=partial(grid_of_grids, 4))
case(Read(64, 64), heic_900_items_that_name_a_size_255_times=partial(of_many_sizes, 900))
