"""Pictures: decode and check an upload, turn it upright, apply a matte, encode."""

import io
from dataclasses import dataclass

import pi_heif
from PIL import Image, ImageChops, ImageCms, ImageOps

from common.errors import ImageTooLarge, UnreadableImage, UnsupportedImage

PREVIEW_SIDE = 640  # pixels
_PREVIEW_QUALITY = 85
_PNG_LEVEL = 1  # with zlib-ng four times as fast on a photo as the usual 6, and no larger

_MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG that carries more pictures behind the first, as phones make them
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}
_OPENERS = [name for name in _MEDIA_TYPES if name != "MPO"]  # in Pillow, JPEG's opener also opens MPO
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_HEIF_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")

pi_heif.register_heif_opener(thumbnails=False)
# Our own limit is checked before anything is decoded; Pillow's would only warn, at half the pixels we allow.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded upload: upright RGB pixels and, where it had any, its own transparency (mode L)."""

    rgb: Image.Image
    alpha: Image.Image | None
    content_type: str
    icc_profile: bytes | None

    def opaque(self) -> Image.Image:
        """Return the picture as a remover should see it: what is transparent in it already is white."""
        if self.alpha is None:
            return self.rgb
        return Image.composite(self.rgb, Image.new("RGB", self.rgb.size, "white"), self.alpha)


class PillowCodec:
    """Decodes, combines and encodes pictures of at most `max_megapixels` million pixels."""

    def __init__(self, max_megapixels: int) -> None:
        self._max_megapixels = max_megapixels

    def read(self, content: bytes) -> Picture:
        """Return the upright picture, or raise PictureError; its size is checked before it is decoded."""
        image = self._open(content)
        try:
            image.load()
            return _normalise(ImageOps.exif_transpose(image), _MEDIA_TYPES[image.format or ""])
        except Exception as error:  # each format's decoder has exceptions of its own
            raise UnreadableImage from error

    def cut_out(self, picture: Picture, matte: Image.Image) -> tuple[bytes, bytes]:
        """Return the picture under its matte as a full-size PNG and as a WebP preview."""
        alpha = ImageChops.multiply(matte, picture.alpha) if picture.alpha else matte
        # Colour left under full transparency would give the background back to whoever looks for it.
        visible = alpha.point([0] + [255] * 255)
        cut_out = Image.composite(picture.rgb, Image.new("RGB", picture.rgb.size), visible)
        cut_out.putalpha(alpha)
        png = _encode(cut_out, "PNG", compress_level=_PNG_LEVEL, icc_profile=picture.icc_profile)
        return png, _preview(cut_out, picture.icc_profile)

    def preview(self, content: bytes) -> bytes:
        """Return the WebP preview of an encoded cut-out, or raise PictureError."""
        image = self._open(content)
        try:
            return _preview(image.convert("RGBA"), image.info.get("icc_profile"))
        except Exception as error:
            raise UnreadableImage from error

    def content_type(self, content: bytes) -> str:
        """Return the media type that the first bytes show, application/octet-stream for none we read."""
        try:
            return _MEDIA_TYPES[_identify(content).format or ""]
        except (UnsupportedImage, UnreadableImage):
            return "application/octet-stream"

    def _open(self, content: bytes) -> Image.Image:
        image = _identify(content)
        if image.width * image.height > self._max_megapixels * 1_000_000:
            raise ImageTooLarge(
                f"The picture has {image.width} x {image.height} pixels;"
                f" at most {self._max_megapixels} million are allowed. Send a smaller one."
            )
        return image


def _identify(content: bytes) -> Image.Image:
    """Read the header alone."""
    try:
        return Image.open(io.BytesIO(content), formats=_OPENERS)
    except Exception as error:
        damaged = not content or _has_signature(content)
        raise (UnreadableImage if damaged else UnsupportedImage) from error


def _has_signature(content: bytes) -> bool:
    if content[:4] == b"RIFF":
        return content[8:12] == b"WEBP"
    if content[4:8] == b"ftyp":
        return content[8:12] in _HEIF_BRANDS
    if content[:2] == b"BM":
        return content[6:10] == bytes(4)  # reserved; many a text begins with BM
    return content.startswith(_SIGNATURES)


def _normalise(image: Image.Image, content_type: str) -> Picture:
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    profile = image.info.get("icc_profile")
    rgb = _to_rgb(image, profile)
    # A profile for grey or ink says nothing about the RGB pixels that were made of them.
    keeps_profile = profile and profile[16:20] == b"RGB " and image.mode in ("RGB", "RGBA", "P")
    return Picture(rgb, alpha, content_type, profile if keeps_profile else None)


def _to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would cut off at 255 instead of scaling
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L").convert("RGB")
    if image.mode == "F":  # from 0 to 1
        return image.point(lambda value: value * 255).convert("L").convert("RGB")
    if image.mode == "CMYK" and profile:
        return _inks_to_rgb(image, profile)
    return image.convert("RGB")


def _inks_to_rgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        inks = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, inks, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")
    return converted or image.convert("RGB")


def _preview(cut_out: Image.Image, icc_profile: bytes | None) -> bytes:
    small = cut_out.copy()
    # Pillow weighs colour by alpha when it resizes RGBA, so nothing dark bleeds in from what is transparent.
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    return _encode(small, "WEBP", quality=_PREVIEW_QUALITY, icc_profile=icc_profile)


def _encode(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()
