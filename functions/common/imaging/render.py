"""Compose a picture and its matte to a cut-out by the caller's options, and encode it."""

import io
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageOps

from common.domain.errors import TooManyPixels
from common.domain.framing import SUBJECT_ALPHA, Box, Frame, frame
from common.domain.options import CutoutOptions, Format
from common.imaging.colour import to_srgb
from common.imaging.matting import remove_spill
from common.imaging.png_writer import encode as encode_png

_WHITE, _CLEAR = (255, 255, 255, 255), (0, 0, 0, 0)
_JPEG_QUALITY = 92
_WEBP_QUALITY = 90
_WEBP_EFFORT = 2  # of 6; the default, 4, takes twice as long for hardly fewer bytes
_FAST = 1  # zlib's level, for grey PNGs
_LONGEST_SIDES = {"webp": 16_383, "jpg": 65_500, "zip": 65_500}  # pixels; a PNG may have any
_MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "zip": "application/zip"}


@dataclass(frozen=True, slots=True)
class Composed:
    """A framed cut-out (RGBA), or its matte alone (L); `subject` is the subject's box in the picture."""

    image: Image.Image
    icc_profile: bytes | None
    subject: Box | None


def compose(
    rgb: Image.Image,
    alpha: Image.Image,
    options: CutoutOptions,
    *,
    own_alpha: Image.Image | None = None,
    backdrop: Image.Image | None = None,
    icc_profile: bytes | None = None,
) -> Composed:
    """Apply a matte (mode L) to an RGB picture of the same size; the picture cannot be used again.

    The picture's own alpha stays in effect. A backdrop (RGB or RGBA) covers the canvas, centred. A picture
    without a subject is not framed.
    """
    visible = ImageChops.multiply(alpha, own_alpha) if own_alpha else alpha
    subject = visible.point([0] * (SUBJECT_ALPHA + 1) + [255] * (255 - SUBJECT_ALPHA)).getbbox()
    whole = (0, 0, *rgb.size)
    framed = frame(rgb.size, subject, options) if subject else Frame(rgb.size, whole, whole)
    if options.alpha_only:
        return Composed(_drawn_grey(visible, framed), None, subject)
    remove_spill(rgb, alpha)
    if icc_profile and (options.background or backdrop):
        rgb, icc_profile = to_srgb(rgb, icc_profile), None  # like backgrounds and backdrops
    rgb.putalpha(visible)
    return Composed(_on_background(_drawn(rgb, framed), options, backdrop), icc_profile, subject)


def encode(composed: Composed, format: Format) -> tuple[bytes, str]:
    """Return the encoded cut-out and its media type, or raise TooManyPixels if a side is too long for it."""
    image = composed.image
    side = max(image.size)
    if format == "auto":
        fits = image.mode == "RGBA" and side <= _LONGEST_SIDES["jpg"]
        format = "jpg" if fits and _is_opaque(image) else "png"
    most = _LONGEST_SIDES.get(format, side)
    if side > most:
        raise TooManyPixels(
            f"A side of the cut-out has {side} pixels, in {format} at most {most} are possible."
            " Ask for png or for a smaller size."
        )
    save = {"png": _png, "jpg": _jpg, "webp": _webp, "zip": _zip}[format]
    return save(image, composed.icc_profile), _MEDIA_TYPES[format]


def _drawn(cut_out: Image.Image, framed: Frame) -> Image.Image:
    """Draw the cut-out (RGBA) on its canvas; resizing weights colours by alpha."""
    if framed.source == framed.target and cut_out.size == framed.canvas:
        return cut_out
    part = cut_out.crop(framed.source)
    size = _size(framed.target)
    if part.size != size:
        part = part.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    canvas = Image.new("RGBA", framed.canvas, _CLEAR)
    canvas.paste(part, framed.target[:2])
    return canvas


def _drawn_grey(alpha: Image.Image, framed: Frame) -> Image.Image:
    part = alpha.crop(framed.source)
    size = _size(framed.target)
    canvas = Image.new("L", framed.canvas)
    canvas.paste(
        part if part.size == size else part.resize(size, Image.Resampling.LANCZOS), framed.target[:2]
    )
    return canvas


def _size(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def _on_background(cut_out: Image.Image, options: CutoutOptions, backdrop: Image.Image | None) -> Image.Image:
    if backdrop is not None:
        covering = ImageOps.fit(backdrop, cut_out.size, Image.Resampling.LANCZOS)
        return Image.alpha_composite(covering.convert("RGBA"), cut_out)
    if options.background is not None:
        return Image.alpha_composite(Image.new("RGBA", cut_out.size, options.background), cut_out)
    return cut_out


def _is_opaque(image: Image.Image) -> bool:
    return image.getchannel("A").getextrema()[0] == 255


def _png(image: Image.Image, icc_profile: bytes | None) -> bytes:
    if image.mode == "RGBA":
        return encode_png(image, icc_profile)
    return _saved(image, "PNG", compress_level=_FAST)


def _jpg(image: Image.Image, icc_profile: bytes | None) -> bytes:
    """Return a JPEG on white."""
    if image.mode == "RGBA" and not _is_opaque(image):
        image = Image.alpha_composite(Image.new("RGBA", image.size, _WHITE), image)
    flat = image if image.mode == "L" else image.convert("RGB")
    return _saved(flat, "JPEG", quality=_JPEG_QUALITY, icc_profile=icc_profile)


def _webp(image: Image.Image, icc_profile: bytes | None) -> bytes:
    return _saved(image, "WEBP", quality=_WEBP_QUALITY, method=_WEBP_EFFORT, icc_profile=icc_profile)


def _zip(image: Image.Image, icc_profile: bytes | None) -> bytes:
    """Return an archive of color.jpg and alpha.png, the names that clients expect."""
    import zipfile  # few calls need it

    alpha = image if image.mode == "L" else image.getchannel("A")
    flat = image.convert("RGB")
    flat.paste("white", mask=alpha.point([255] + [0] * 255))  # hides the old background
    colour = _saved(flat, "JPEG", quality=_JPEG_QUALITY, icc_profile=icc_profile)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("color.jpg", colour)
        archive.writestr("alpha.png", _saved(alpha, "PNG", compress_level=_FAST))
    return packed.getvalue()


def _saved(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    chosen = {name: value for name, value in options.items() if value is not None}
    image.save(buffer, format, **chosen)
    return buffer.getvalue()
