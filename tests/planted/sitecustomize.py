"""Faulty decoders for picture workers that have this folder on their path.

A picture that ends in one of these marks hangs its decoder, keeps a processor busy, takes all memory or
crashes. Python imports this module when it starts.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping


def _burn() -> None:
    while True:
        pass


def _eat() -> None:
    eaten = []
    while True:
        eaten.append(bytes(1 << 20))


FAULTS: Mapping[bytes, Callable[[], object]] = {
    b"planted: hang": lambda: time.sleep(3600),
    b"planted: burn": _burn,
    b"planted: eat": _eat,
    b"planted: crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    b"planted: exit": lambda: os._exit(0),
    b"planted: bug": lambda: 1 // 0,
}

if "common.imaging.jobs" in sys.orig_argv:
    from PIL import ImageFile

    _load = ImageFile.ImageFile.load

    def _planted(image: ImageFile.ImageFile) -> object:
        content = image.fp.getvalue() if image.fp else b""  # type: ignore[attr-defined]
        for mark, fault in FAULTS.items():
            if content.endswith(mark):
                fault()
        return _load(image)

    ImageFile.ImageFile.load = _planted  # type: ignore[assignment]
