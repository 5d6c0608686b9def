"""The data that picture workers and removers exchange: views of a picture, mattes and cut-outs."""

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
    # The remover answers fast enough for the worker to keep the decoded picture meanwhile.
    answers_soon: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A picture as a remover sees it: upright, and white where the picture is transparent."""

    width: int
    height: int
    content: bytes  # in the encoding of ViewSpec; "rgb" is three bytes a pixel, row by row


@dataclass(frozen=True, slots=True)
class Matte:
    """The alpha matte of a view, one byte a pixel, row by row; 255 is subject."""

    width: int
    height: int
    samples: bytes
    # Width of the edges to refine at full size, as a share of the longer side; 0 only enlarges the matte.
    edge_width: float = 0
    is_final: bool = False  # drawn by a person: it includes the picture's own transparency


@dataclass(frozen=True, slots=True)
class CutOut:
    """A picture without its background, encoded, with the size of the upright picture."""

    width: int
    height: int
    processed: bytes  # PNG
    preview: bytes  # WebP


@dataclass(frozen=True, slots=True)
class Rendering:
    """A cut-out made by the caller's options, encoded; sizes and boxes are in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int
    picture: Size  # the size of the upright source, after scaling to the requested size
    subject: Box | None  # in that picture; None if no subject was found


Look = Callable[[ViewSpec], View]
