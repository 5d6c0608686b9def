"""Decode an upload, show it to a remover, apply the matte and encode the cut-out."""

import contextlib
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import pi_heif
from PIL import Image, ImageChops

from common.domain import framing
from common.domain.errors import ApplicationError, UnreadableImage
from common.domain.options import DEFAULT_OPTIONS, CutoutOptions
from common.domain.pictures import CutOut, Matte, Rendering, View, ViewSpec
from common.imaging import colour, preview
from common.imaging.intake.admission import admit, media_type
from common.imaging.intake.parts import MOST_PROFILE, Admitted, Ceiling, require
from common.imaging.matting import refined
from common.imaging.orientation import upright
from common.imaging.parallel import at_work, begin
from common.imaging.png_writer import encode as encode_png
from common.imaging.render import Composed, compose, encode
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
    options: CutoutOptions = DEFAULT_OPTIONS
    backdrop: Image.Image | None = None
    unscaled: framing.Size | None = None

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
            composed = self._composed(matte)
            small = begin(preview.encode, composed.image, self.icc_profile)
            return CutOut(*composed.image.size, encode_png(composed.image, self.icc_profile), small.result())

    def render(self, matte: Matte) -> Rendering:
        """Return the picture under its matte as the options ask; uses the decoded pixels up."""
        with timed("encode"), at_work():
            composed = self._composed(matte)
            content, content_type = encode(composed, self.options.format)
            subject = composed.subject and framing.moved(composed.subject, self.rgb.size, self.full_size)
            return Rendering(content, content_type, *composed.image.size, self.full_size, subject)

    def _composed(self, matte: Matte) -> Composed:
        alpha = self._alpha(matte)
        return compose(
            self.rgb,
            alpha,
            self.options,
            own_alpha=self.alpha,
            backdrop=self.backdrop,
            icc_profile=self.icc_profile,
        )

    def _alpha(self, matte: Matte) -> Image.Image:
        """Return the matte at the picture's size; outside of the region of interest there is no subject."""
        alpha = self.enlarged(matte)
        if alpha.size != self.rgb.size:
            whole = Image.new("L", self.rgb.size)
            whole.paste(alpha, self._region[:2])
            alpha = whole
        return ImageChops.invert(alpha) if self.options.removes_subject else alpha

    def enlarged(self, matte: Matte) -> Image.Image:
        """Return the matte at the size of the picture, or of its region of interest."""
        small = Image.frombytes("L", (matte.width, matte.height), matte.samples)
        seen = self._opaque()
        if matte.refine:
            return refined(seen, small)
        return small if small.size == seen.size else small.resize(seen.size, Image.Resampling.LANCZOS)

    @property
    def _region(self) -> framing.Box:
        """The region of interest in the pixels of `rgb`."""
        region = framing.region_of_interest(self.full_size, self.options.roi)
        return framing.moved(region, self.full_size, self.rgb.size)

    @property
    def full_size(self) -> framing.Size:
        """The upright picture's size before it was scaled to the size that was asked for."""
        return self.unscaled or self.rgb.size

    def _opaque(self) -> Image.Image:
        """Return the region of interest with white behind its transparent parts."""
        region = self._region
        rgb = self.rgb if region == (0, 0, *self.rgb.size) else self.rgb.crop(region)
        if self.alpha is None:
            return rgb
        return Image.composite(rgb, Image.new("RGB", rgb.size, "white"), self.alpha.crop(region))


class PillowCodec:
    """Opens pictures of at most `max_megapixels` million pixels.

    `reserve` is entered with a picture's number of pixels before it is decoded, and left when it is closed.
    """

    def __init__(self, max_megapixels: int, reserve: Reserve = nullcontext) -> None:
        self._ceiling = Ceiling(max_megapixels)
        self._reserve = reserve

    @contextlib.contextmanager
    def open(
        self, content: bytes, options: CutoutOptions = DEFAULT_OPTIONS, backdrop: bytes = b""
    ) -> Iterator[Picture]:
        """Return the upright picture, or raise PictureError; its size is checked before it is decoded.

        Raises InvalidOption if the region of interest is not within the picture.
        """
        with self._decoded(content, *([backdrop] if backdrop else [])) as (image, *behind):
            try:
                rgb, alpha, profile = colour.split(image)
                covering = _visible(behind[0]) if behind else None
            except Exception as error:  # the conversions of odd modes raise undocumented errors
                raise UnreadableImage from error
            framing.region_of_interest(rgb.size, options.roi)
            size = framing.scaled_size(rgb.size, options.max_pixels)
            yield Picture(
                _scaled(rgb, size),
                alpha and _scaled(alpha, size),
                media_type(content) or "",
                profile,
                options,
                covering,
                rgb.size,
            )

    def preview(self, content: bytes) -> bytes:
        """Return the WebP preview of an encoded cut-out, or raise PictureError."""
        with self._decoded(content) as (image,):
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
    def _decoded(self, *contents: bytes) -> Iterator[list[Image.Image]]:
        """Return upright pictures in whatever mode each has; their pixels are reserved all at once."""
        with contextlib.ExitStack() as reserved:
            try:
                admitted = [admit(content, self._ceiling) for content in contents]
                images = [self._opened(each) for each in admitted]
                pixels = sum(image.width * image.height for image in images)
                reserved.enter_context(self._reserve(pixels))
                decoded = [_loaded(image, each) for image, each in zip(images, admitted, strict=True)]
            except ApplicationError:
                raise
            except Exception as error:  # each format's decoder has exceptions of its own
                raise UnreadableImage from error
            yield decoded

    def _opened(self, admitted: Admitted) -> Image.Image:
        """Return a picture whose pixels are still to be read, once its size and its profile are checked."""
        for trial in admitted.trials:
            Image.open(io.BytesIO(trial), formats=[admitted.format]).load()
        image = Image.open(io.BytesIO(admitted.content), formats=[admitted.format])
        self._ceiling.check(*image.size)
        require(len(image.info.get("icc_profile") or b"") <= MOST_PROFILE)
        return image


def _alpha(png: bytes, size: tuple[int, int]) -> Image.Image:
    # The header tells the size, so a bomb is refused before any pixel is unpacked.
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        if image.size != size:
            raise ValueError(f"it measures {image.size}, the picture sent {size}")
        if not image.has_transparency_data:
            raise ValueError("it has no alpha channel")
        return (image if image.mode == "RGBA" else image.convert("RGBA")).getchannel("A")


def _loaded(image: Image.Image, admitted: Admitted) -> Image.Image:
    image.load()
    if admitted.format == "HEIF":  # pi_heif decodes a file of several pictures anew at every access
        image = image.copy()
    return upright(image, admitted.orientation)


def _visible(backdrop: Image.Image) -> Image.Image:
    """Return a backdrop as RGB, or as RGBA if parts of it are transparent."""
    rgb, alpha, _ = colour.split(backdrop)
    if alpha:
        rgb.putalpha(alpha)
    return rgb


def _scaled(image: Image.Image, size: framing.Size) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)


def _fitted(image: Image.Image, spec: ViewSpec) -> Image.Image:
    """Return the picture at the size that the view has."""
    if spec.fit == "stretch":
        size = (spec.side, spec.side)
    else:
        scale = min(1, spec.side / max(image.size))
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.5)
