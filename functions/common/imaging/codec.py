"""Pictures: decode and check an upload, turn it upright, apply a matte, encode."""

import io
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pi_heif
import PIL.WebPImagePlugin  # noqa: F401 - else the first preview would load all of Pillow's formats
from PIL import Image, ImageChops, ImageCms

from common.domain.errors import ApplicationError, UnreadableImage
from common.imaging.intake.admission import admit, media_type
from common.imaging.intake.exif import orientation
from common.imaging.intake.parts import MOST_PROFILE, Ceiling, require
from common.imaging.matting import remove_spill
from common.imaging.parallel import at_work, begin
from common.imaging.png_writer import encode as encode_png

Hold = Callable[[int], object]

PREVIEW_SIDE = 640  # pixels
_PREVIEW_QUALITY = 83
# Of 6 and of 100; the usual 4 and 100 take four times as long for hardly fewer bytes.
_PREVIEW_EFFORT = 1
_PREVIEW_ALPHA_QUALITY = 80
_BAND = 64  # rows of the picture that are reduced at a time; they fit a processor's cache

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
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


def _nothing(_: int) -> None:
    """Hold nothing."""


class PillowCodec:
    """Decodes, combines and encodes pictures of at most `max_megapixels` million pixels."""

    def __init__(self, max_megapixels: int) -> None:
        self._ceiling = Ceiling(max_megapixels)
        # More at once would be no faster, only take more memory.
        self._cutting_out = threading.BoundedSemaphore(os.cpu_count() or 1)

    def read(self, content: bytes, hold: Hold = _nothing) -> Picture:
        """Return the upright picture, or raise PictureError; its size is checked before it is decoded.

        `hold` is called with the number of pixels in between.
        """
        image = self._decoded(content, hold)
        try:
            return _normalise(image, media_type(content) or "")
        except Exception as error:  # what the conversions of odd modes raise is written down nowhere
            raise UnreadableImage from error

    @at_work()
    def cut_out(self, picture: Picture, matte: Image.Image) -> tuple[bytes, bytes]:
        """Return the picture under its matte as a full-size PNG and as a WebP preview; uses its pixels up."""
        with self._cutting_out:
            return self._cut_out(picture, matte)

    def _cut_out(self, picture: Picture, matte: Image.Image) -> tuple[bytes, bytes]:
        cut_out = picture.rgb
        remove_spill(cut_out, matte)
        cut_out.putalpha(ImageChops.multiply(matte, picture.alpha) if picture.alpha else matte)
        preview = begin(_preview, cut_out, picture.icc_profile)
        return encode_png(cut_out, picture.icc_profile), preview.result()

    def preview(self, content: bytes) -> bytes:
        """Return the WebP preview of an encoded cut-out, or raise PictureError."""
        image = self._decoded(content, _nothing)
        try:
            return _preview(image.convert("RGBA"), image.info.get("icc_profile"))
        except Exception as error:
            raise UnreadableImage from error

    def content_type(self, content: bytes) -> str:
        """Return the media type that the first bytes show, application/octet-stream for none we read."""
        return media_type(content) or "application/octet-stream"

    def _decoded(self, content: bytes, hold: Hold) -> Image.Image:
        """Return the upright picture in whatever mode it has; no decoder sees more than intake admits."""
        admitted = admit(content, self._ceiling)
        try:
            for trial in admitted.trials:
                Image.open(io.BytesIO(trial), formats=[admitted.format]).load()
            image: Image.Image = Image.open(io.BytesIO(admitted.content), formats=[admitted.format])
            self._ceiling.check(*image.size)
            require(len(image.info.get("icc_profile") or b"") <= MOST_PROFILE)
            hold(image.width * image.height)
            image.load()
            if admitted.format == "HEIF":  # of which several in a file are decoded anew at every look
                image = image.copy()
            # Pillow tells of the turns in an AVIF's boxes by an EXIF block of its own making.
            turn = _TURNS.get(orientation(image.info.get("exif") or b""), _TURNS.get(admitted.orientation))
            return image if turn is None else image.transpose(turn)
        except ApplicationError:
            raise
        except Exception as error:  # each format's decoder has exceptions of its own
            raise UnreadableImage from error


def _normalise(image: Image.Image, content_type: str) -> Picture:
    if image.mode in ("RGBa", "La"):  # colour that was multiplied with alpha, as some TIFFs have it
        image = image.convert(image.mode.upper())
    profile = image.info.get("icc_profile")
    # A profile for grey or ink says nothing about the RGB pixels that were made of them.
    keeps_profile = profile and profile[16:20] == b"RGB " and image.mode in ("RGB", "RGBA", "P")
    alpha = _transparency(image)
    image.info.pop(
        "transparency", None
    )  # Pillow would try to keep it among the colours, and warn that it cannot
    return Picture(_to_rgb(image, profile), alpha, content_type, profile if keeps_profile else None)


def _transparency(image: Image.Image) -> Image.Image | None:
    if not image.has_transparency_data:
        return None
    if image.mode == "I;16":
        return _all_but(image, image.info["transparency"])
    return image.convert("RGBA").getchannel("A")


def _all_but(image: Image.Image, key: int) -> Image.Image:
    """Return the matte in which the pixels of one 16 bit grey are transparent."""
    content = image.tobytes()  # least significant byte first
    halves = (
        Image.frombytes("L", image.size, content[at::2]).point([255] * half + [0] + [255] * (255 - half))
        for at, half in enumerate((key & 255, key >> 8))
    )
    return ImageChops.lighter(*halves)


def _to_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would cut off at 255 instead of scaling
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L").convert("RGB")
    if image.mode == "F":  # from 0 to 1
        return image.point(lambda value: value * 255).convert("L").convert("RGB")
    if image.mode == "CMYK" and profile:
        return _inks_to_rgb(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")  # which would copy all of it


def _inks_to_rgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        inks = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, inks, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")
    return converted or image.convert("RGB")


def _preview(cut_out: Image.Image, icc_profile: bytes | None) -> bytes:
    """Return a picture with alpha (RGBA) as a small WebP."""
    scale = min(1, PREVIEW_SIDE / max(cut_out.size))
    size = (max(1, round(cut_out.width * scale)), max(1, round(cut_out.height * scale)))
    buffer = io.BytesIO()
    _small(cut_out, size).save(
        buffer,
        "WEBP",
        quality=_PREVIEW_QUALITY,
        method=_PREVIEW_EFFORT,
        alpha_quality=_PREVIEW_ALPHA_QUALITY,
        icc_profile=icc_profile,
    )
    return buffer.getvalue()


def _small(cut_out: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a picture with alpha at another size; its colours weigh what their alpha does."""
    width, height = cut_out.size
    factor = max(1, min(width // size[0], height // size[1]))
    weighed = _reduced(cut_out, factor) if factor > 1 else cut_out.convert("RGBa")
    small = weighed.resize(size, Image.Resampling.HAMMING, (0, 0, width / factor, height / factor))
    return small.convert("RGBA")


def _reduced(cut_out: Image.Image, factor: int) -> Image.Image:
    """Return a picture with alpha so many times smaller, weighed (RGBa); all at once takes twice as long."""
    width, height = cut_out.size
    reduced = Image.new("RGBa", (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, _BAND // factor)
    for top in range(0, height, rows):
        band = cut_out.crop((0, top, width, min(top + rows, height)))
        reduced.paste(band.convert("RGBa").reduce(factor), (0, top // factor))
    return reduced
