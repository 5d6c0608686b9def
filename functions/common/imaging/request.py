"""The requests to a picture worker."""

from dataclasses import dataclass
from typing import Literal

from common.domain.mattes import Matte, ViewSpec
from common.domain.options import DEFAULT_OPTIONS, CutoutOptions

_NO_VIEW, _NO_MATTE = ViewSpec("rgb", 1), Matte(1, 1, b"\0")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A step of a job; the files to decode, if any, follow it.

    Request(job="preview", formats=("PNG",), megapixels=50) asks for a preview.
    """

    job: Literal["view", "cut_out", "render", "preview", "alpha", "matte"]
    formats: tuple[str, ...] = ()  # of the files
    megapixels: int = 0  # the most that a file may have
    options: CutoutOptions = DEFAULT_OPTIONS
    spec: ViewSpec = _NO_VIEW
    matte: Matte = _NO_MATTE
    size: tuple[int, int] = (0, 0)
    keep: bool = False  # keep the decoded picture for the next step
    alone: bool = True  # no other worker needs the processors
    seconds: float = 0  # processor time left for the job
    clock: float = 0  # elapsed seconds left for the job
    memory: int = 0  # bytes by which the worker may grow
