"""Decode each case, or the named ones, in a separate process with a job's limits; print time and memory."""

import json
import os
import resource
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageCms

from common import timeouts
from common.domain.errors import PictureError
from common.imaging import codec, headers, jobs, memory
from tests.photos import photo
from tests.unit.imaging.hostile_pictures import CASES, named
from tests.unit.imaging.hostile_pictures.corpus import MEGAPIXELS


@dataclass(frozen=True)
class Seen:
    """The outcome of a case, and its use of time and memory beyond the idle process."""

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
    try:
        format, pixels = headers.check(content, MEGAPIXELS)
    except PictureError as error:
        return Seen(name, named(type(error)), 0, 0, 0, 0)
    seconds, most = timeouts.job_limits(pixels / 1_000_000)
    outcome, used, megabytes = _forked(lambda: _decoded(content, format, seconds, most))
    return Seen(name, outcome, used.ru_utime + used.ru_stime, megabytes, seconds, most / (1 << 20))


def _decoded(content: bytes, format: str, seconds: float, most: int) -> str:
    try:
        with jobs.limits(memory.data_bytes() + most, seconds, 2 * seconds):
            picture = codec.decode((content, format), MEGAPIXELS)
    except (PictureError, MemoryError) as error:
        return "UnreadableImage" if isinstance(error, MemoryError) else named(type(error))
    return f"Read{picture.rgb.size}"


def _forked(work: Callable[[], str]) -> tuple[str, resource.struct_rusage, float]:
    """Return a forked process's result (or UnreadableImage), and the megabytes that it added."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            os.write(sending, f"{idle}\n".encode())
            os.write(sending, work().encode())
        finally:
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        before, said = pipe.read().decode().split("\n")
    _, _, used = os.wait4(child, 0)
    unit = 1 if sys.platform == "darwin" else 1 << 10
    return said or "UnreadableImage", used, (used.ru_maxrss - int(before)) * unit / (1 << 20)


def main() -> None:
    warnings.simplefilter("ignore")
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):  # load what a process loads once
        codec.decode((photo(64, 48, kind), kind), MEGAPIXELS)
    ImageCms.createProfile("sRGB")
    for name in sys.argv[1:] or CASES:
        print(json.dumps(vars(measured(name))), flush=True)


if __name__ == "__main__":
    main()
