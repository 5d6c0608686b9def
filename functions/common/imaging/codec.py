"""Decode an upload, show it to a remover, apply the matte and encode the cut-out."""

import contextlib
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import pi_heif
from PIL import Image, ImageChops

from common.domain.errors import ApplicationError, UnreadableImage
from common.domain.pictures import CutOut, Matte, View, ViewSpec
from common.imaging import colour, preview
from common.imaging.intake.admission import admit, media_type
from common.imaging.intake.parts import MOST_PROFILE, Ceiling, require
from common.imaging.matting import refined, remove_spill
from common.imaging.orientation import upright
from common.imaging.parallel import at_work, begin
from common.imaging.png_writer import encode as encode_png
from common.observability.request_context import timed

Reserve = Callable[[int], AbstractContextManager[object]]

_JPEG_QUALITY = 95

pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
# Our own limit is checked before anything is decoded; Pillow's would only warn, at half the pixels we allow.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded upload: upright RGB pixels and, if it had any, its own transparency (mode L)."""

    rgb: Image.Image
    alpha: Image.Image | None
    content_type: str
    icc_profile: bytes | None

    def view(self, spec: ViewSpec) -> View:
        """Return the picture as a remover wants to see it."""
        with timed("decode"):
            return self._view(spec)

    def _view(self, spec: ViewSpec) -> View:
        small = _fitted(self._opaque(), spec)
        if spec.encoding == "rgb":
            return View(*small.size, small.tobytes())
        encoded = io.BytesIO()
        small.save(encoded, "JPEG", quality=_JPEG_QUALITY)
        return View(*small.size, encoded.getvalue())

    def cut_out(self, matte: Matte) -> CutOut:
        """Return the picture under its matte; uses the decoded pixels up."""
        with timed("encode"), at_work():
            image, alpha = self.rgb, self.enlarged(matte)
            remove_spill(image, alpha)
            image.putalpha(ImageChops.multiply(alpha, self.alpha) if self.alpha else alpha)
            small = begin(preview.encode, image, self.icc_profile)
            return CutOut(*image.size, encode_png(image, self.icc_profile), small.result())

    def enlarged(self, matte: Matte) -> Image.Image:
        """Return the matte at the picture's full size."""
        small = Image.frombytes("L", (matte.width, matte.height), matte.samples)
        if matte.refine:
            return refined(self._opaque(), small)
        return small if small.size == self.rgb.size else small.resize(self.rgb.size, Image.Resampling.LANCZOS)

    def _opaque(self) -> Image.Image:
        """Return the picture with white behind its transparent parts."""
        if self.alpha is None:
            return self.rgb
        return Image.composite(self.rgb, Image.new("RGB", self.rgb.size, "white"), self.alpha)


class PillowCodec:
    """Opens pictures of at most `max_megapixels` million pixels.

    `reserve` is entered with a picture's number of pixels before it is decoded, and left when it is closed.
    """

    def __init__(self, max_megapixels: int, reserve: Reserve = nullcontext) -> None:
        self._ceiling = Ceiling(max_megapixels)
        self._reserve = reserve

    @contextlib.contextmanager
    def open(self, content: bytes) -> Iterator[Picture]:
        """Return the upright picture, or raise PictureError; its size is checked before it is decoded."""
        with self._decoded(content) as image:
            try:
                rgb, alpha, profile = colour.split(image)
            except Exception as error:  # the conversions of odd modes raise undocumented errors
                raise UnreadableImage from error
            yield Picture(rgb, alpha, media_type(content) or "", profile)

    def preview(self, content: bytes) -> bytes:
        """Return the WebP preview of an encoded cut-out, or raise PictureError."""
        with self._decoded(content) as image:
            try:
                return preview.encode(image.convert("RGBA"), image.info.get("icc_profile"))
            except Exception as error:
                raise UnreadableImage from error

    def read_alpha(self, content: bytes, size: tuple[int, int]) -> Matte:
        """Return the alpha channel of a PNG of this size, or raise PictureError."""
        try:
            return Matte(*size, _alpha(content, size).tobytes())
        except Exception as error:
            raise UnreadableImage(str(error)) from error

    def content_type(self, content: bytes) -> str:
        """Return the media type by the first bytes, application/octet-stream for an unknown one."""
        return media_type(content) or "application/octet-stream"

    @contextlib.contextmanager
    def _decoded(self, content: bytes) -> Iterator[Image.Image]:
        """Return the upright picture in whatever mode it has; no decoder sees more than intake admits."""
        admitted = admit(content, self._ceiling)
        with contextlib.ExitStack() as reserved:
            try:
                for trial in admitted.trials:
                    Image.open(io.BytesIO(trial), formats=[admitted.format]).load()
                image: Image.Image = Image.open(io.BytesIO(admitted.content), formats=[admitted.format])
                self._ceiling.check(*image.size)
                require(len(image.info.get("icc_profile") or b"") <= MOST_PROFILE)
                reserved.enter_context(self._reserve(image.width * image.height))
                image.load()
                if admitted.format == "HEIF":  # which pi_heif may decode anew at every access
                    image = image.copy()
                image = upright(image, admitted.orientation)
            except ApplicationError:
                raise
            except Exception as error:  # each format's decoder has exceptions of its own
                raise UnreadableImage from error
            yield image


def _alpha(png: bytes, size: tuple[int, int]) -> Image.Image:
    # The header tells the size, so a bomb is refused before any pixel is unpacked.
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        if image.size != size:
            raise ValueError(f"it measures {image.size}, the picture sent {size}")
        if not image.has_transparency_data:
            raise ValueError("it has no alpha channel")
        return (image if image.mode == "RGBA" else image.convert("RGBA")).getchannel("A")


def _fitted(image: Image.Image, spec: ViewSpec) -> Image.Image:
    """Return the picture at the size that the view has."""
    if spec.fit == "stretch":
        size = (spec.side, spec.side)
    else:
        scale = min(1, spec.side / max(image.size))
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.5)
