"""Picture workers with faulty decoders, for tests."""

import time
from collections.abc import Callable

import psutil

from common.domain.mattes import Matte, ViewSpec
from common.imaging.worker_codec import WorkerCodec
from infra.local import ROOT
from tests.photos import decoded, photo

PLANTED = ROOT / "tests" / "planted"
PICTURE = photo(64, 48, "JPEG")
MATTE = Matte(1, 1, b"\xff")
WHOLE = ViewSpec("rgb", 64)
OTHERS: set[int] = set()  # processes from before the test
KEPT = ViewSpec("rgb", 8, answers_soon=True)


def planted(fault: str) -> bytes:
    return PICTURE + f"planted: {fault}".encode()


def cut(codec: WorkerCodec, content: bytes) -> tuple[int, int]:
    with codec.open(content) as picture:
        picture.view(KEPT)
        cut_out = picture.cut_out(MATTE)
    assert decoded(cut_out.processed).size == (cut_out.width, cut_out.height)
    return cut_out.width, cut_out.height


def children() -> set[int]:
    """Return the workers that were started in this test."""
    return {child.pid for child in psutil.Process().children()} - OTHERS


def wait_until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
