"""What picture work and removers exchange: small views of a picture, mattes and the finished cut-out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from common.domain.framing import Box, Size


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """How a remover wants to see a picture.

    ViewSpec("rgb", 320, "stretch") is 320 x 320 samples; ViewSpec("jpeg", 2500) is a JPEG whose longest side
    is at most 2500 pixels, never enlarged. With "long side" or "short side" that side has `side` pixels, and
    the other keeps the aspect; both are rounded to the multiple.
    """

    encoding: Literal["rgb", "jpeg"]
    side: int  # pixels
    fit: Literal["stretch", "inside", "long side", "short side"] = "inside"
    multiple: int = 1  # of pixels, for "long side" and "short side"
    # Whether the answer comes soon enough for the decoded picture to be kept until then.
    answers_soon: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A picture as a remover sees it: upright, and white where the picture is transparent."""

    width: int
    height: int
    content: bytes  # as ViewSpec.encoding says; "rgb" is three bytes a pixel, row by row


@dataclass(frozen=True, slots=True)
class Matte:
    """The alpha matte of a view, one byte a pixel, row by row; 255 is subject."""

    width: int
    height: int
    samples: bytes
    # How wide an edge is, of the longer side, in which the matte is redrawn at full size; 0 only enlarges it.
    edge_width: float = 0
    is_final: bool = False  # drawn by a person over the cut-out: it includes the picture's own transparency


@dataclass(frozen=True, slots=True)
class CutOut:
    """A picture without its background, encoded; width and height are the upright picture's."""

    width: int
    height: int
    processed: bytes  # PNG
    preview: bytes  # WebP


@dataclass(frozen=True, slots=True)
class Rendering:
    """A cut-out as it was asked for, encoded; sizes and boxes in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int
    picture: Size  # what it was made of: upright, and scaled to the size that was asked for
    subject: Box | None  # in that picture; None: nothing stood out from the background


Look = Callable[[ViewSpec], View]
