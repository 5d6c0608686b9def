"""Building blocks of the hostile pictures."""

import io
import struct
import zipfile
import zlib

from PIL import Image

from tests.photos import encoded, photo
from tests.picture_files import HEIC, chunk, png

SCRIPT = b"<script>alert(1)</script>"


def rows(width: int, height: int, bits: int = 24) -> bytes:
    return bytes((1 + (width * bits + 7) // 8) * height)


def grown_png(*extra: bytes) -> bytes:
    """Return a PNG of 64 x 48 with additional chunks before its pixels."""
    return png(64, 48, 8, 2, rows(64, 48), *extra)


def bomb(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 255, marker, 2 + len(body)) + body


def grown_jpeg(*segments: bytes, **options: object) -> bytes:
    whole = photo(64, 48, "JPEG", **options)
    return whole[:2] + b"".join(segments) + whole[2:]


def patched(whole: bytes, at: int, new: bytes) -> bytes:
    return whole[:at] + new + whole[at + len(new) :]


def lying_jpeg(width: int, height: int, **options: object) -> bytes:
    """Return a JPEG whose frame header claims another size than its pixels have."""
    whole = photo(64, 48, "JPEG", **options)
    frame = whole.index(b"\xff\xc2" if options.get("progressive") else b"\xff\xc0")
    return patched(whole, frame + 5, struct.pack(">HH", height, width))


def scanned_jpeg(scans: int, side: int = 64) -> bytes:
    """Return a progressive JPEG whose last scan is repeated."""
    whole = encoded(Image.new("L", (side, side), 99), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * scans + b"\xff\xd9"


def late_in_a_large_jpeg(inserted: bytes) -> bytes:
    whole = flat("JPEG", 7000, 7000, "RGB", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + inserted + whole[last:]


def gif(width: int, height: int, body: bytes) -> bytes:
    palette = bytes(range(6))
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + palette + body + b";"


def gif_frame(width: int, height: int, coded: bytes = b"\x02\x02\x44\x01\x00") -> bytes:
    return struct.pack("<BHHHHB", 0x2C, 0, 0, width, height, 0) + coded


def bmp(width: int, height: int, depth: int, pixels: bytes, compression: int = 0, colours: int = 0) -> bytes:
    offset = 54 + 4 * colours
    head = struct.pack("<2sIHHI", b"BM", offset + len(pixels), 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, depth, compression, 0, 0, 0, colours, 0)
    return head + info + bytes(range(256)) * (4 * colours // 256) + pixels


def tiff(pixels: bytes, order: str = "<", next_page: int = 0, **tags: tuple[int, int, int]) -> bytes:
    """Return a grey TIFF of 64 x 48; each tag is t<number>=(type, count, value)."""
    known = {"t256": (3, 1, 64), "t257": (3, 1, 48), "t258": (3, 1, 8), "t259": (3, 1, 1), "t262": (3, 1, 1)}
    known |= {"t273": (4, 1, 8), "t277": (3, 1, 1), "t278": (3, 1, 48), "t279": (4, 1, len(pixels)), **tags}
    entries = b""
    for name, (kind, count, value) in sorted(known.items(), key=lambda tag: int(tag[0][1:])):
        code = "HHIHH" if kind == 3 and count == 1 else "HHII"
        values = (value, 0) if code == "HHIHH" else (value,)
        entries += struct.pack(order + code, int(name[1:]), kind, count, *values)
    start = 8 + len(pixels)
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, start)
    return (
        head + pixels + struct.pack(order + "H", len(known)) + entries + struct.pack(order + "I", next_page)
    )


GREY_PIXELS = bytes(64 * 48)


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        struct.pack("<4sI", kind, len(content)) + content + bytes(len(content) % 2)
        for kind, content in chunks
    )
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WEBP") + body


def canvas(width: int, height: int, flags: int = 0) -> tuple[bytes, bytes]:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", bytes((flags, 0, 0, 0)) + sides


def webp_pixels() -> tuple[bytes, bytes]:
    return b"VP8 ", photo(64, 48, "WEBP")[20:]


def webp_frame(width: int = 64, height: int = 48) -> tuple[bytes, bytes]:
    kind, coded = webp_pixels()
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"ANMF", bytes(6) + sides + bytes(4) + struct.pack("<4sI", kind, len(coded)) + coded


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def frames(kind: str, number: int, **options: object) -> bytes:
    pages = [Image.new("RGB", (64, 48), (number, 9, 9)) for number in range(number)]
    return encoded(pages[0], kind, save_all=True, append_images=pages[1:], **options)


def repeated_frames(number: int) -> bytes:
    return gif(64, 48, gif_frame(1, 1) * number)


def lying_ispe(content: bytes, old: tuple[int, int], new: tuple[int, int]) -> bytes:
    return content.replace(struct.pack(">II", *old), struct.pack(">II", *new))


EXIF = b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\1\0\0\0\0\0\0\0"  # upright


def sps(width: int, height: int) -> bytes:
    """Return H.265 sequence parameters as far as the size."""
    bits = "0000" + "000" + "1" + "0" * 96 + "1" + "010"  # no layers, a profile of zeros, id 0, 4:2:0
    for side in (width, height):
        code = f"{side + 1:b}"
        bits += "0" * (len(code) - 1) + code
    bits += "1" + "0" * (-len(bits) - 1 & 7)
    return b"\x42\x01" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def heic_of_size(width: int, height: int) -> bytes:
    """Return a HEIC whose coded picture claims another size than the boxes around it."""
    place = HEIC.index(b"hvcC") + 4
    units = place + 23
    for _ in range(HEIC[place + 22]):
        length = struct.unpack_from(">H", HEIC, units + 3)[0]
        if HEIC[units] & 63 == 33:
            return patched(
                HEIC,
                units + 5,
                sps(width, height).replace(b"\0\0", b"\0\0\3")[:length].ljust(length, b"\x80"),
            )
        units += 5 + length
    raise AssertionError


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return buffer.getvalue()


def cmyk(profile: bytes | None = None) -> bytes:
    return flat("JPEG", 64, 48, "CMYK", icc_profile=profile)


def beginning(kind: str) -> bytes:
    return photo(64, 48, kind)[:12]


def flat(kind: str, width: int, height: int, mode: str = "L", **options: object) -> bytes:
    return encoded(Image.new(mode, (width, height)), kind, **options)


def broken_at_the_end(whole: bytes, bytes_from_end: int) -> bytes:
    place = len(whole) - bytes_from_end
    return patched(whole, place, bytes(255 - byte for byte in whole[place : place + 8]))


def resealed(whole: bytes) -> bytes:
    """Return a PNG whose pixels are damaged near the end, with a correct checksum."""
    start = whole.index(b"IDAT")
    (length,) = struct.unpack_from(">I", whole, start - 4)
    coded = broken_at_the_end(whole[start + 4 : start + 4 + length], 12)
    return whole[: start - 4] + chunk(b"IDAT", coded) + chunk(b"IEND", b"")


def photo_with_alpha(kind: str) -> bytes:
    image = Image.open(io.BytesIO(photo(64, 48))).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((64, 48)))
    return encoded(image, kind)


def interlaced(width: int, height: int) -> bytes:
    """Return a black interlaced PNG."""
    passes = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    coded = b"".join(rows(len(range(x, width, dx)), len(range(y, height, dy))) for x, y, dx, dy in passes)
    whole = png(width, height, 8, 2, coded)
    return whole[:16] + chunk(b"IHDR", whole[16:28] + b"\1")[8:] + whole[33:]


def grid_heic(rows: int, columns: int, width: int, height: int, tiles: int | None = None) -> bytes:
    """Return a HEIC like a phone's: a grid of tiles, here all the same, with EXIF."""
    tiles = rows * columns if tiles is None else tiles
    numbers, grid, exif = range(1, tiles + 1), tiles + 1, tiles + 2
    kinds = [*((n, b"hvc1") for n in numbers), (grid, b"grid"), (exif, b"Exif")]
    infe = [box(b"infe", struct.pack(">IHH4sx", 2 << 24, number, 0, kind)) for number, kind in kinds]
    sizes = [box(b"ispe", struct.pack(">III", 0, *size)) for size in ((64, 64), (width, height))]
    start = HEIC.index(b"hvcC") - 4
    configuration = HEIC[start : start + struct.unpack_from(">I", HEIC, start)[0]]
    used = [struct.pack(">HBBB", n, 2, 0x81, 2) for n in numbers] + [struct.pack(">HBB", grid, 1, 3)]
    ipma = box(b"ipma", struct.pack(">II", 0, len(used)), *used)
    coded = HEIC[0x1EC : 0x1EC + 0x66]
    note = b"\0\0\0\6Exif\0\0" + EXIF[6:]
    shape = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)
    head = box(b"ftyp", b"heic", bytes(4), b"mif1heic")

    def meta(place: int) -> bytes:
        at = [(n, 0, place, len(coded)) for n in numbers]
        at += [(grid, 1, 0, len(shape)), (exif, 0, place + len(coded), len(note))]
        iloc = [struct.pack(">HHHHII", n, method, 0, 1, begin, size) for n, method, begin, size in at]
        return box(
            b"meta",
            bytes(4),
            box(b"hdlr", bytes(8), b"pict", bytes(13)),
            box(b"pitm", bytes(4), struct.pack(">H", grid)),
            box(b"iloc", struct.pack(">IHH", 1 << 24, 0x4400, len(at)), *iloc),
            box(b"iinf", struct.pack(">IH", 0, len(infe)), *infe),
            box(b"iref", bytes(4), box(b"dimg", struct.pack(f">HH{tiles}H", grid, tiles, *numbers))),
            box(b"iprp", box(b"ipco", configuration, *sizes), ipma),
            box(b"idat", shape),
        )

    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", coded, note)
