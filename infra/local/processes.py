"""Start, watch and end the processes of a run, so that none is left behind."""

import contextlib
import itertools
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

# Environment for the application's native libraries on every host.
TUNING = {
    # glibc's allocator then returns large blocks (pictures) to the system at once, and all threads share the
    # smaller ones. This saves a sixth of the time and a quarter of the memory.
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "8388608",
    "MALLOC_TRIM_THRESHOLD_": "16777216",
    # numpy's linear algebra has only 3 by 3 matrices here, and starting its threads would take as long as
    # importing the rest of numpy.
    "OPENBLAS_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Child:
    """A process of this run; `stop` kills it if it has not ended after `grace` seconds."""

    name: str
    process: subprocess.Popen[bytes]
    grace: float

    def has_ended(self) -> bool:
        """Tell whether the process has ended."""
        return self.process.poll() is not None

    def stop(self) -> None:
        """End the process and wait for it."""
        if self.has_ended():
            return
        self.process.terminate()
        try:
            self.process.wait(self.grace)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(
    name: str,
    command: Sequence[str],
    *,
    grace: float,
    environ: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> Child:
    """Start a process in its own session, so that Ctrl-C reaches only the run, which ends it in order."""
    process = subprocess.Popen(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    )
    return Child(name, process, grace)


def end_leftovers(option: str, path: Path, *, grace: float) -> None:
    """End the processes that a killed run started with this option and path.

    The caller holds the folder's lock, so no other run can have such a process.
    """
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if _has_option(process.cmdline(), option, path):
                _end(process, grace)


def _has_option(command: Sequence[str], option: str, path: Path) -> bool:
    return (option, str(path)) in itertools.pairwise(command)


def _end(process: psutil.Process, grace: float) -> None:
    process.terminate()
    try:
        process.wait(grace)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait()
