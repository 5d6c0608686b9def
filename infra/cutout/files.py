"""Files on the disk: read within a limit, and written completely or not at all."""

import errno
import itertools
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import psutil

from common.domain.errors import ImageTooLarge

_PART = re.compile(r"\.cutout-(\d+)-\d+\.part")
_BYTES_A_PIXEL = 8  # four channels of 16 bits
_numbers = itertools.count()
_writing = threading.RLock()
_cleared: set[Path] = set()


def read(path: Path | None, megapixels: int) -> bytes:
    """Return a file (None: standard input); raises OSError, or ImageTooLarge beyond any picture."""
    most = megapixels * 1_000_000 * _BYTES_A_PIXEL
    with path.open("rb") if path else nullcontext(sys.stdin.buffer) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ImageTooLarge(f"It has more than {most // 1_000_000} MB.")
    return content


def write(target: Path, content: bytes, *, replaces: bool) -> None:
    """Write a file, creating its folder; if it raises OSError, no part of the file remains."""
    part = target.with_name(f".cutout-{os.getpid()}-{next(_numbers)}.part")
    with _writing:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(target.parent)
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            _move(part, target, replaces=replaces)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise


def _move(part: Path, target: Path, *, replaces: bool) -> None:
    if not replaces and target.exists():
        raise FileExistsError(errno.EEXIST, "It exists already", str(target))
    part.replace(target)


@contextmanager
def no_writes() -> Iterator[None]:
    """Wait for the write in progress, and let none begin in this block."""
    with _writing:
        yield


def shown(path: object) -> str:
    """Return a path as one line of printable characters."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in str(path)
    )


def _clear_leftovers(folder: Path) -> None:
    """Delete the leftovers of killed runs in a folder, before the first write of this run there."""
    if folder in _cleared:
        return
    _cleared.add(folder)
    for path in folder.iterdir():
        part = _PART.fullmatch(path.name)
        if part and not psutil.pid_exists(int(part[1])):
            path.unlink(missing_ok=True)
