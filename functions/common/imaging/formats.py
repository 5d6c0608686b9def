"""Recognise the supported formats by their first bytes."""

import struct

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
MEDIA_TYPES = tuple(_MEDIA_TYPES.values())
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
_BITMAP_HEADERS = tuple(struct.pack("<I", size) for size in (12, 40, 52, 56, 64, 108, 124))
_AVIF_BRANDS = (b"avif", b"avis")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def media_type(content: bytes) -> str:
    """Return the media type by the first bytes, application/octet-stream for an unsupported format."""
    return _MEDIA_TYPES.get(format_of(content) or "", "application/octet-stream")


def format_of(content: bytes) -> str | None:
    """Return Pillow's name of the format by the first bytes, None for an unsupported one."""
    for signature, format in _SIGNATURES.items():
        if content.startswith(signature):
            return format
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return _format_of_brands(content)
    return "BMP" if _is_bitmap(content) else None


def _format_of_brands(content: bytes) -> str | None:
    major, size = content[8:12], int.from_bytes(content[:4], "big")
    if major in _AVIF_BRANDS:
        return "AVIF"
    if major in _HEIC_BRANDS:
        others = content[16 : min(size, 512)]
        coded = any(others[at : at + 4] in _AVIF_BRANDS for at in range(0, len(others), 4))
        return "AVIF" if coded else "HEIF"
    return None


def _is_bitmap(content: bytes) -> bool:
    # Plain text may begin with BM too, so check the size of the next header.
    return content[:2] == b"BM" and (
        content[14:18] in _BITMAP_HEADERS or (len(content) < 18 and not any(content[6:10]))
    )
