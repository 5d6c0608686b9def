"""Decodes each case, or those named, under a job's limits in a process of its own; prints time and memory."""

import json
import os
import resource
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from PIL import ImageCms

from common import timeouts
from common.domain.errors import PictureError
from common.imaging import codec, headers, jobs, memory
from tests.photos import photo
from tests.unit.imaging.hostile_pictures import CASES, named
from tests.unit.imaging.hostile_pictures.corpus import MEGAPIXELS


@dataclass(frozen=True)
class Seen:
    """The outcome of a case, and what it took beyond what the idle process had."""

    name: str
    outcome: str
    seconds: float  # of a processor
    megabytes: float
    most_seconds: float
    most_megabytes: float


def measured(name: str) -> Seen:
    """Make a case in one forked process, and decode it in another."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "case")
        _forked(lambda: str(path.write_bytes(CASES[name][0]())))
        return _measured(name, path)


def _measured(name: str, path: Path) -> Seen:
    content = path.read_bytes()
    here = psutil.Process().memory_info()
    idle = here.rss - getattr(here, "shared", 0)  # a forked process begins without the pages of files
    try:
        format, pixels = headers.check(content, MEGAPIXELS)
    except PictureError as error:
        return Seen(name, named(type(error)), 0, 0, 0, 0)
    seconds, most = timeouts.job_limits(pixels / 1_000_000)
    outcome, used = _forked(lambda: _decoded(content, format, seconds, most))
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1 << 10) - idle
    return Seen(name, outcome, used.ru_utime + used.ru_stime, peak / (1 << 20), seconds, most / (1 << 20))


def _decoded(content: bytes, format: str, seconds: float, most: int) -> str:
    try:
        with jobs.limits(memory.data_bytes() + most, seconds, 2 * seconds):
            picture = codec.decode((content, format), MEGAPIXELS)
    except (PictureError, MemoryError) as error:
        return "UnreadableImage" if isinstance(error, MemoryError) else named(type(error))
    return f"Read{picture.rgb.size}"


def _forked(work: Callable[[], str]) -> tuple[str, resource.struct_rusage]:
    """Return what work says in a forked process, UnreadableImage if that is killed."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(sending, work().encode())
        finally:
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        said = pipe.read().decode()
    _, _, used = os.wait4(child, 0)
    return said or "UnreadableImage", used


def main() -> None:
    warnings.simplefilter("ignore")
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):  # load what a process loads once
        codec.decode((photo(64, 48, kind), kind), MEGAPIXELS)
    ImageCms.createProfile("sRGB")
    for name in sys.argv[1:] or CASES:
        print(json.dumps(vars(measured(name))), flush=True)


if __name__ == "__main__":
    main()
