"""Reads each case, or those named, in a process of its own and tells time and memory."""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageCms

from tests.photos import photo
from tests.unit.imaging.hostile_pictures import CASES
from tests.unit.imaging.hostile_pictures.corpus import named, outcome_of


@dataclass(frozen=True)
class Seen:
    """What became of a case, and what it took beyond what the idle process had."""

    name: str
    outcome: str
    seconds: float  # of a processor
    megabytes: float


def measured(name: str) -> Seen:
    """Make a case in one forked process and read it in another."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "case")
        _forked(lambda: _write(path, CASES[name][0]()))
        return Seen(name, *json.loads(_forked(lambda: _read(path))))


def _write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return ""


def _read(path: Path) -> str:
    idle = _peak()
    content = path.read_bytes()
    start = time.process_time()
    outcome = outcome_of(content)
    seconds = time.process_time() - start
    return json.dumps([named(outcome), seconds, _peak() - idle])


def _peak() -> float:
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _forked(work: Callable[[], str]) -> str:
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(sending, work().encode())
        finally:
            os._exit(0)
    os.close(sending)
    with os.fdopen(receiving, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told.decode()


def main() -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):  # load what a process loads once
        outcome_of(photo(64, 48, kind))
    ImageCms.createProfile("sRGB")
    for name in sys.argv[1:] or CASES:
        print(json.dumps(vars(measured(name))), flush=True)


if __name__ == "__main__":
    main()
