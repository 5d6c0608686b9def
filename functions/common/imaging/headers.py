"""Read the size that a file's header claims, before any decoder sees the file.

It reads only what leads to the size, in a bounded number of steps. A false claim does no harm, because it
also limits the time and memory of the decoder.
"""

import re
import struct
from collections.abc import Callable, Iterator, Mapping

from common.domain.errors import PictureError, TooManyPixels, UnreadableImage, UnsupportedImage
from common.imaging.formats import format_of

Size = tuple[int, int]

MATTE_FORMAT = "A matte is an 8-bit grey PNG without transparency."
_MOST_STEPS = 5_000  # segments, boxes or tags; a photo has a few dozen
_MARKER = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")  # without the markers that occur within coded pixels
_FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
_OTHER_FRAMES = (0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF, 0xDE)  # lossless, hierarchical
_BITMAP_DEPTHS = (1, 4, 8, 16, 24, 32)
_BITMAP_COMPRESSIONS = range(4)  # none, two run-length codes and bit fields, but not an embedded JPEG or PNG
_WIDTH, _HEIGHT, _COMPRESSION, _TILE_SIDES = 256, 257, 259, (322, 323)  # TIFF tags
_LARGEST_TILE = 4_096  # pixels a side
# None, LZW, JPEG, Deflate, PackBits. The others of libtiff are rare: old JPEG, fax codes, Zstandard ...
_TIFF_COMPRESSIONS = (1, 5, 7, 8, 32773, 32946)
_TIFF_NUMBERS = {3: "H", 4: "I", 16: "Q"}
_SIZED_BOXES = (b"meta", b"iprp", b"ipco")


def check(content: bytes, megapixels: int) -> tuple[str, int]:
    """Return the format and the claimed number of pixels, or raise PictureError.

    check(photo, 50) is ("JPEG", 12_000_000).
    """
    format = format_of(content)
    if format is None:
        raise UnsupportedImage if content else UnreadableImage
    try:
        width, height = _READERS[format](content)
    except PictureError:
        raise
    except (struct.error, ValueError, OverflowError) as error:  # the file is truncated
        raise UnreadableImage from error
    check_size(width, height, megapixels)
    return format, width * height


def check_size(width: int, height: int, megapixels: int) -> None:
    """Raise TooManyPixels for too many pixels, and UnreadableImage for none."""
    if width <= 0 or height <= 0:
        raise UnreadableImage
    if width * height > megapixels * 1_000_000:
        raise TooManyPixels(
            f"The picture has {width} x {height} pixels;"
            f" at most {megapixels} million are allowed. Send a smaller one."
        )


def _jpeg(content: bytes) -> Size:
    place = 2
    for _ in range(_MOST_STEPS):
        found = _MARKER.search(content, place)
        if found is None:
            break
        marker, start = found[1][0], found.end()
        if marker in _OTHER_FRAMES:
            raise UnsupportedImage
        if marker in _FRAMES:
            depth, height, width = struct.unpack_from(">BHH", content, start + 2)
            if depth != 8:
                raise UnsupportedImage
            return width, height
        (length,) = struct.unpack_from(">H", content, start)
        place = start + length
    raise UnreadableImage


def _png(content: bytes) -> Size:
    if content[12:16] != b"IHDR":
        raise UnreadableImage
    return struct.unpack_from(">II", content, 16)


def _gif(content: bytes) -> Size:
    return struct.unpack_from("<HH", content, 6)


def _bmp(content: bytes) -> Size:
    (size,) = struct.unpack_from("<I", content, 14)
    code = "<HHHH" if size == 12 else "<iiHHI"
    width, height, _, depth, *compression = struct.unpack_from(code, content, 18)
    if depth not in _BITMAP_DEPTHS or any(each not in _BITMAP_COMPRESSIONS for each in compression):
        check_size(width, abs(height), 1 << 40)
        raise UnsupportedImage
    return width, abs(height)


def _tiff(content: bytes) -> Size:
    order = "<" if content[:2] == b"II" else ">"
    tags = dict(_tiff_tags(content, order))
    if tags.get(_COMPRESSION, 1) not in _TIFF_COMPRESSIONS:
        raise UnsupportedImage
    if any(tags.get(side, 0) > _LARGEST_TILE for side in _TILE_SIDES):
        raise UnreadableImage
    return tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0)


def _tiff_tags(content: bytes, order: str) -> Iterator[tuple[int, int]]:
    """Yield the first number of each tag of the first page, if the directory itself contains it."""
    big = content[2:4] in (b"+\0", b"\0+")
    (place,) = struct.unpack_from(order + ("Q" if big else "I"), content, 8 if big else 4)
    (entries,) = struct.unpack_from(order + ("Q" if big else "H"), content, place)
    place += 8 if big else 2
    for _ in range(min(entries, _MOST_STEPS)):
        tag, kind = struct.unpack_from(order + "HH", content, place)
        if kind in _TIFF_NUMBERS:
            (value,) = struct.unpack_from(order + _TIFF_NUMBERS[kind], content, place + (12 if big else 8))
            yield tag, value
        place += 20 if big else 12


def _webp(content: bytes) -> Size:
    kind = content[12:16]
    if kind == b"VP8X":
        across, down = (int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
        return across + 1, down + 1
    if kind == b"VP8L":
        mark, packed = struct.unpack_from("<BI", content, 20)
        if mark == 0x2F:
            return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise UnreadableImage


def _heif(content: bytes) -> Size:
    """Return the size of the largest item, because a grid is larger than its tiles."""
    kinds, sizes = set(), []
    for kind, place in _boxes(content):
        kinds.add(kind)
        if kind == b"ispe":
            sizes.append(struct.unpack_from(">II", content, place + 4))
    if b"meta" not in kinds and b"moov" in kinds:  # a video without a still picture
        raise UnsupportedImage
    if not sizes or min(map(min, sizes)) == 0:
        raise UnreadableImage
    return max(sizes, key=lambda size: size[0] * size[1])


def _boxes(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield kind and offset of each box, also of boxes within those that lead to sizes."""
    place = 0
    for _ in range(_MOST_STEPS):
        if place + 8 > len(content):
            return
        size, kind = struct.unpack_from(">I4s", content, place)
        body = place + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, body)
            body += 8
        yield kind, body
        if kind in _SIZED_BOXES:
            place = body + (4 if kind == b"meta" else 0)
        elif size == 0:  # it reaches to the end of the file
            return
        else:
            place = max(body, place + size)
    raise UnreadableImage


_READERS: Mapping[str, Callable[[bytes], Size]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "GIF": _gif,
    "BMP": _bmp,
    "TIFF": _tiff,
    "WEBP": _webp,
    "AVIF": _heif,
    "HEIF": _heif,
}
