"""Decode an upload, make its view for a remover, apply the matte and encode the cut-out; runs in a worker."""

import contextlib
import functools
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import AvifImagePlugin, Image, ImageChops
from PIL.ImageFile import ImageFile

from common.domain import framing
from common.domain.errors import PictureError, UnreadableImage
from common.domain.mattes import CutOut, Matte, Rendering, View, ViewSpec
from common.domain.options import DEFAULT_OPTIONS, CutoutOptions
from common.imaging import colour, png_reader, png_writer, preview
from common.imaging.headers import MATTE_FORMAT, check_size
from common.imaging.matting import refined
from common.imaging.orientation import upright
from common.imaging.parallel import processors, submit
from common.imaging.render import Composed, compose, encode

File = tuple[bytes, str]  # content, and Pillow's name of its format

_JPEG_QUALITY = 95
_LARGEST_ASPECT = 4  # of a view with a "short side"; a longer picture is compressed to it
_MOST_PROFILE = 4 << 20  # bytes; the largest printing profiles have 3 MB
# Encoders write about ten scans; only a file made to be slow contains this many start markers.
_MOST_SCANS = 1_000
_PIXELS_A_BYTE = 256  # a sequential JPEG has at most this: 64 pixels take at least two bits
_MOST_CHUNKS = 100_000  # of a WebP; an animation has some thousands

_AVIF_THREADS = 4  # at most, because each takes memory
AvifImagePlugin.DEFAULT_MAX_THREADS = min(_AVIF_THREADS, processors())
# We check the size before decoding; Pillow would only warn, and at half of our limit.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded upload: upright RGB pixels, and its own transparency (mode L) if it had any."""

    rgb: Image.Image
    alpha: Image.Image | None
    icc_profile: bytes | None
    options: CutoutOptions = DEFAULT_OPTIONS
    backdrop: Image.Image | None = None
    unscaled: framing.Size | None = None

    def view(self, spec: ViewSpec) -> View:
        """Return the picture as a remover wants to see it."""
        small = _fitted(self._opaque(), spec)
        if spec.encoding == "rgb":
            return View(*small.size, small.tobytes())
        encoded = io.BytesIO()
        small.save(encoded, "JPEG", quality=_JPEG_QUALITY)
        return View(*small.size, encoded.getvalue())

    def cut_out(self, matte: Matte) -> CutOut:
        """Apply the matte and encode the cut-out; the picture cannot be used again."""
        image = self._composed(matte).image
        small = submit(preview.encode, image, self.icc_profile)
        return CutOut(*image.size, png_writer.encode(image, self.icc_profile), small.result())

    def render(self, matte: Matte) -> Rendering:
        """Apply the matte and the options, and encode; the picture cannot be used again."""
        composed = self._composed(matte)
        content, content_type = encode(composed, self.options.format)
        subject = composed.subject and framing.moved(composed.subject, self.rgb.size, self.full_size)
        return Rendering(content, content_type, *composed.image.size, self.full_size, subject)

    def _composed(self, matte: Matte) -> Composed:
        alpha, own_alpha = self._alpha(matte), self.alpha
        if matte.is_final and own_alpha:  # a person's matte cannot reveal what the picture itself hides
            alpha, own_alpha = ImageChops.darker(alpha, own_alpha), None
        return compose(
            self.rgb,
            alpha,
            self.options,
            own_alpha=own_alpha,
            backdrop=self.backdrop,
            icc_profile=self.icc_profile,
        )

    def _alpha(self, matte: Matte) -> Image.Image:
        """Return the matte at the picture's size; outside of the region of interest it is 0."""
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
        if matte.edge_width:
            return refined(seen, small, matte.edge_width)
        return small if small.size == seen.size else small.resize(seen.size, Image.Resampling.LANCZOS)

    @property
    def _region(self) -> framing.Box:
        """The region of interest in the pixels of `rgb`."""
        region = framing.region_of_interest(self.full_size, self.options.roi)
        return framing.moved(region, self.full_size, self.rgb.size)

    @property
    def full_size(self) -> framing.Size:
        """The upright picture's size before scaling."""
        return self.unscaled or self.rgb.size

    def _opaque(self) -> Image.Image:
        """Return the region of interest on white."""
        region = self._region
        rgb = self.rgb if region == (0, 0, *self.rgb.size) else self.rgb.crop(region)
        if self.alpha is None:
            return rgb
        return Image.composite(rgb, Image.new("RGB", rgb.size, "white"), self.alpha.crop(region))


def decode(
    file: File, megapixels: int, options: CutoutOptions = DEFAULT_OPTIONS, backdrop: File | None = None
) -> Picture:
    """Decode an upload, turn it upright and scale it to the options' size, or raise PictureError.

    Raises InvalidOption if the region of interest is not within the picture.
    """
    with _decoder_errors():
        rgb, alpha, profile = colour.split(_loaded(file, megapixels))
        covering = backdrop and _visible(_loaded(backdrop, megapixels))
    rgb.info.clear()  # so that encoders do not copy comments
    framing.region_of_interest(rgb.size, options.roi)
    size = framing.scaled_size(rgb.size, options.max_pixels)
    return Picture(
        _scaled(rgb, size), alpha and _scaled(alpha, size), profile, options, covering, unscaled=rgb.size
    )


def preview_of(file: File, megapixels: int) -> bytes:
    """Return the WebP preview of an encoded cut-out, or raise PictureError."""
    picture = decode(file, megapixels)
    picture.rgb.putalpha(picture.alpha or 255)
    return preview.encode(picture.rgb, picture.icc_profile)


def matte_of(file: File, megapixels: int) -> Matte:
    """Return the matte in an 8-bit grey PNG, or raise PictureError."""
    with _decoder_errors():
        image = _loaded(file, megapixels)
    if image.mode != "L":
        raise UnreadableImage(MATTE_FORMAT)
    return Matte(*image.size, image.tobytes(), is_final=True)


def alpha_of(png: bytes, size: tuple[int, int]) -> bytes:
    """Return the alpha channel of a PNG of this size, or raise UnreadableImage."""
    try:
        return _alpha(png, size).tobytes()
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableImage(str(error)) from error


def _alpha(png: bytes, size: tuple[int, int]) -> Image.Image:
    with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
        if image.size != size:
            raise ValueError(f"it measures {image.size}, the picture sent {size}")
        if not image.has_transparency_data:
            raise ValueError("it has no alpha channel")
        return (image if image.mode == "RGBA" else image.convert("RGBA")).getchannel("A")


@contextlib.contextmanager
def _decoder_errors() -> Iterator[None]:
    """Raise a decoder's exceptions as UnreadableImage."""
    try:
        yield
    except (PictureError, MemoryError, ImportError):  # a missing decoder is not the file's fault
        raise
    except Exception as error:  # every decoder has its own exceptions
        raise UnreadableImage from error


def _loaded(file: File, megapixels: int) -> Image.Image:
    """Return the upright picture in its own mode."""
    content, format = file
    if format == "HEIF":
        _register_heif()
    elif format == "PNG":
        content = png_reader.essential(content)
    image = Image.open(io.BytesIO(content), formats=[format])
    check_size(*image.size, megapixels)
    if not _is_sound(image, content, format):
        raise UnreadableImage
    image.load()
    return upright(image.copy() if format == "HEIF" else image)  # pi_heif may decode again at every access


@functools.cache
def _register_heif() -> None:
    import pi_heif  # it takes a sixth of a worker's start, and few pictures are HEIC

    # In every tile of a grid of grids, libheif starts threads; they take memory, and the timer misses some.
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=0)


def _is_sound(image: ImageFile, content: bytes, format: str) -> bool:
    """Return false for a file with missing parts that its decoder would accept, or with costly ones."""
    if len(image.info.get("icc_profile") or b"") > _MOST_PROFILE:
        return False
    pixels = image.width * image.height
    if format == "JPEG":
        is_whole = "progressive" in image.info or pixels <= _PIXELS_A_BYTE * len(content)
        return is_whole and content.count(b"\xff\xda") <= _MOST_SCANS
    if format == "TIFF":
        return sum(_area(*tile.extents) for tile in image.tile if tile.extents) >= pixels
    if format == "WEBP":
        return sum(1 for _ in _webp_chunks(content)) <= _MOST_CHUNKS
    return bool(image.info.get("primary", True))  # libheif falls back to a tile if the grid is damaged


def _area(left: int, top: int, right: int, bottom: int) -> int:
    return (right - left) * (bottom - top)


def _webp_chunks(content: bytes) -> Iterator[int]:
    """Yield the offsets of a WebP's chunks, up to one more than we allow."""
    place = 12
    for _ in range(_MOST_CHUNKS + 1):
        if place + 8 > len(content):
            return
        yield place
        (length,) = struct.unpack_from("<I", content, place + 4)
        place += 8 + length + length % 2


def _visible(backdrop: Image.Image) -> Image.Image:
    """Return a backdrop as RGB, or as RGBA if it has transparency."""
    rgb, alpha, _ = colour.split(backdrop)
    if alpha:
        rgb.putalpha(alpha)
    rgb.info.clear()
    return rgb


def _scaled(image: Image.Image, size: framing.Size) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)


def _fitted(image: Image.Image, spec: ViewSpec) -> Image.Image:
    """Return the picture at the view's size."""
    size = _view_size(image.size, spec)
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=1.5)


def _view_size(size: framing.Size, spec: ViewSpec) -> framing.Size:
    if spec.fit == "stretch":
        return spec.side, spec.side
    side = min(size) if spec.fit == "short side" else max(size)
    scale = min(1, spec.side / side) if spec.fit == "inside" else spec.side / side
    longest = spec.side * _LARGEST_ASPECT
    width, height = (
        max(1, round(min(length * scale, longest) / spec.multiple)) * spec.multiple for length in size
    )
    return width, height
