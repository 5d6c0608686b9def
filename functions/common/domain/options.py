"""The options of a cut-out: region, size, framing, background and encoding."""

from dataclasses import dataclass
from typing import Literal

Colour = tuple[int, int, int, int]  # red, green, blue, alpha; 0 to 255
Format = Literal["auto", "png", "jpg", "webp", "zip"]


@dataclass(frozen=True, slots=True)
class Length:
    """A number of pixels, or a share (0 to 1) of a reference length."""

    value: float
    is_share: bool = False

    def of(self, reference: float) -> float:
        """Return the length in pixels, given the reference length in pixels."""
        return self.value * reference if self.is_share else self.value


Lengths = tuple[Length, Length, Length, Length]
_NONE = (Length(0),) * 4


@dataclass(frozen=True, slots=True)
class CutoutOptions:
    """How to make a cut-out; the defaults give the whole picture as a transparent PNG."""

    removes_subject: bool = False  # keep the background, and remove the subject
    roi: Lengths | None = None  # left, top, right, bottom; everything outside is background
    max_pixels: int | None = None  # a larger picture is scaled down
    crop: bool = False  # to the subject
    crop_margin: Lengths = _NONE  # top, right, bottom, left; shares are of the subject's height or width
    scale: float | None = None  # of the subject on the canvas; None keeps its size
    position: tuple[float, float] | None = None  # shares of the free space; None keeps its place
    background: Colour | None = None
    alpha_only: bool = False  # return the matte instead of the picture
    format: Format = "auto"  # PNG if anything is transparent, else JPEG


DEFAULT_OPTIONS = CutoutOptions()
