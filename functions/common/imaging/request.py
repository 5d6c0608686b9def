"""What a picture worker is asked to do."""

from dataclasses import dataclass
from typing import Literal

from common.domain.mattes import Matte, ViewSpec
from common.domain.options import DEFAULT_OPTIONS, CutoutOptions

_NO_VIEW, _NO_MATTE = ViewSpec("rgb", 1), Matte(1, 1, b"\0")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A step of a job; the files to be decoded, if any, are sent behind it.

    Request(job="preview", formats=("PNG",), megapixels=50) is one for a preview. "forget" drops the picture
    that an earlier step with `keep` left at the worker, and has no reply.
    """

    job: Literal["view", "cut_out", "render", "preview", "alpha", "matte", "forget"]
    formats: tuple[str, ...] = ()  # of the files
    megapixels: int = 0  # that a file may have
    options: CutoutOptions = DEFAULT_OPTIONS
    spec: ViewSpec = _NO_VIEW
    matte: Matte = _NO_MATTE
    size: tuple[int, int] = (0, 0)
    keep: bool = False  # the decoded picture for the next step
    alone: bool = True  # no other worker needs the processors
    seconds: float = 0  # of processor time that are left for the job
    clock: float = 0  # seconds that are left for it
    memory: int = 0  # bytes that it may add to the worker
