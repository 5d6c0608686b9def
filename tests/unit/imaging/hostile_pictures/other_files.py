"""Files of unsupported formats, with misleading names."""

import struct
from functools import partial

from common.domain.errors import UnreadableImage, UnsupportedImage
from tests.photos import photo
from tests.unit.imaging.hostile_pictures.corpus import KINDS, case
from tests.unit.imaging.hostile_pictures.parts import box, flat, zipped

case(
    UnsupportedImage,
    svg=lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    svg_with_entities=lambda: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><svg>&b;</svg>',
    html=lambda: b"<!doctype html><script>alert(1)</script>",
    pdf=lambda: flat("PDF", 48, 32, "RGB"),
    eps=lambda: flat("EPS", 48, 32, "RGB"),
    postscript=lambda: b"%!PS-Adobe-3.0\n(%pipe%touch here) (w) file\nshowpage\n",
    eps_with_a_preview=lambda: struct.pack("<I6I", 0xC6D3D0C5, 32, 99, 0, 0, 0, 0) + bytes(99),
    icon=lambda: flat("ICO", 48, 32, "RGB"),
    cursor=lambda: b"\0\0\2\0\1\0" + bytes(99),
    apple_icon=lambda: flat("ICNS", 48, 48, "RGBA"),
    photoshop=lambda: b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 48, 64, 8, 3) + bytes(99),
    jpeg_2000=lambda: flat("JPEG2000", 48, 32, "RGB"),
    portable_pixmap=lambda: flat("PPM", 48, 32, "RGB"),
    targa=lambda: flat("TGA", 48, 32, "RGB"),
    direct_draw=lambda: flat("DDS", 48, 32, "RGB"),
    pcx=lambda: flat("PCX", 48, 32, "RGB"),
    sgi=lambda: flat("SGI", 48, 32, "RGB"),
    bitmap_without_a_file_header=lambda: flat("DIB", 48, 32, "RGB"),
    windows_metafile=lambda: b"\xd7\xcd\xc6\x9a\0\0" + bytes(99),
    x_pixmap=lambda: b"/* XPM */\nstatic char *a[] = {};",
    fits=lambda: b"SIMPLE  =                    T" + bytes(2880),
    hdf5=lambda: b"\x89HDF\r\n\x1a\n" + bytes(99),
    film=lambda: box(b"ftyp", b"isom\0\0\0\0", b"isommp42"),
    sound=lambda: b"RIFF\x24\0\0\0WAVEfmt ",
    archive=zipped,
    program=lambda: b"\x7fELF\2\1\1" + bytes(99),
    text_that_begins_as_a_bitmap_does=lambda: b"BMW is a maker of cars, and not a picture",
    zeros=lambda: bytes(1 << 20),
)
case(UnreadableImage, nothing=lambda: b"")
case(
    UnreadableImage,
    **{
        f"{kind.lower()}_signature_alone": partial(lambda kind: photo(64, 48, kind)[:12], kind)
        for kind in KINDS
    },
)
