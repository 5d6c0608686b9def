"""Process several pictures at a time: a thread reads, cuts out and writes each of them."""

import errno
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from common.domain.errors import ApplicationError
from common.domain.options import CutoutOptions
from common.domain.removal_errors import NoSubject
from common.service.removal import Removal
from infra.cutout import files
from infra.cutout.plan import SUFFIXES, Task
from infra.cutout.report import Report
from infra.errors import CommandError

_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "application/zip": "zip"}


@dataclass(frozen=True)
class Cutter:
    """Cuts out pictures by the options."""

    removal: Removal
    options: CutoutOptions
    backdrop: bytes
    megapixels: int  # that a picture may have
    replaces: bool  # files that exist

    def cut(self, task: Task) -> Path | None:
        """Return the written file, None for standard output; raises ApplicationError or OSError."""
        content = files.read(task.source, self.megapixels)
        rendering = self.removal.remove_background(content, self.options, self.backdrop)
        if rendering.subject is None:
            raise NoSubject
        target = task.target(SUFFIXES[_SUFFIXES[rendering.content_type]][0])
        if target:
            files.write(target, rendering.content, replaces=self.replaces)
        else:
            sys.stdout.buffer.write(rendering.content)
            sys.stdout.buffer.flush()
        return target


class Pool:
    """Runs tasks in threads, and reports their results in the calling thread."""

    def __init__(self, cutter: Cutter, jobs: int, report: Report) -> None:
        self._cutter = cutter
        self._report = report
        self._threads = ThreadPoolExecutor(jobs)
        self._running: dict[Future[Path | None], Task] = {}

    def submit(self, task: Task) -> None:
        """Submit a task once a thread is free."""
        self._running[self._threads.submit(self._cutter.cut, task)] = task

    def settle(self, seconds: float | None = None) -> bool:
        """Wait for a task for at most this long, report finished ones, and tell whether any is left.

        Raises CommandError if the disk is full.
        """
        ended, _ = wait(self._running, seconds, FIRST_COMPLETED)
        for future in ended:
            self._settle(future, self._running.pop(future))
        return bool(self._running)

    def _settle(self, future: "Future[Path | None]", task: Task) -> None:
        error = future.exception()
        if error is None:
            self._report.succeed(task.name, future.result())
            return
        self._report.fail(task.name, _reason(error))
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CommandError("Stopped, because nothing more can be written.")

    def drop(self) -> None:
        """Begin no more tasks."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _reason(error: BaseException) -> str:
    if isinstance(error, ApplicationError):
        return error.detail
    if isinstance(error, OSError):
        return f"{files.shown(error.filename)}: {error.strerror}." if error.filename else f"{error.strerror}."
    return f"It failed unexpectedly: {type(error).__name__}: {error}"
