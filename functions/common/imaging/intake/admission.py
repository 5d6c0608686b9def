"""Which format a file is of, by its first bytes, and what of it is let in."""

import struct
from collections.abc import Callable
from functools import partial

from common.domain.errors import PictureError, UnreadableImage, UnsupportedImage
from common.imaging.intake import bmp, gif, heif, jpeg, png, tiff, webp
from common.imaging.intake.parts import Admitted, Ceiling

_MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}
_SIGNATURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}
_AVIF_BRANDS = (b"avif", b"avis")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_ADMIT: dict[str, Callable[[bytes, Ceiling], Admitted]] = {
    "JPEG": jpeg.admit,
    "PNG": png.admit,
    "WEBP": webp.admit,
    "GIF": gif.admit,
    "BMP": bmp.admit,
    "TIFF": tiff.admit,
    "AVIF": partial(heif.admit, format="AVIF"),
    "HEIF": partial(heif.admit, format="HEIF"),
}


def admit(content: bytes, ceiling: Ceiling) -> Admitted:
    """Return what of this file a decoder may see, or raise PictureError."""
    format = format_of(content)
    if format is None:
        raise UnsupportedImage if content else UnreadableImage
    try:
        return _ADMIT[format](content, ceiling)
    except PictureError:
        raise
    except (struct.error, IndexError, ValueError, OverflowError) as error:  # the file ends too early
        raise UnreadableImage from error


def media_type(content: bytes) -> str | None:
    """Return the media type that the first bytes show, None for none we read."""
    return _MEDIA_TYPES.get(format_of(content) or "")


def format_of(content: bytes) -> str | None:
    """Return Pillow's name of the format that the first bytes show, None for none we read."""
    for signature, format in _SIGNATURES.items():
        if content.startswith(signature):
            return format
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return _of_brands(content)
    return "BMP" if _is_bitmap(content) else None


def _of_brands(content: bytes) -> str | None:
    major, size = content[8:12], int.from_bytes(content[:4], "big")
    if major in _AVIF_BRANDS:
        return "AVIF"
    if major in _HEIC_BRANDS:
        others = content[16 : min(size, 512)]
        coded = any(others[at : at + 4] in _AVIF_BRANDS for at in range(0, len(others), 4))
        return "AVIF" if coded else "HEIF"
    return None


def _is_bitmap(content: bytes) -> bool:
    # Many a text begins with BM; the size of the next header is one of few numbers.
    return content[:2] == b"BM" and (
        content[14:18] in (struct.pack("<I", size) for size in bmp.HEADERS)
        or (len(content) < 18 and not any(content[6:10]))
    )
