"""The processes of a run: started, watched, and ended so that none is left behind."""

import contextlib
import itertools
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

# What the application's native libraries are told on every host.
TUNING = {
    # glibc's allocator: large pictures go back to the system as soon as they are done with, smaller blocks
    # are used again, by all threads, which spares a sixth of the work and a quarter of the memory.
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "8388608",
    "MALLOC_TRIM_THRESHOLD_": "16777216",
    # numpy's linear algebra, of which we need 3 by 3 matrices: starting its threads takes as long as
    # importing all the rest of numpy.
    "OPENBLAS_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Child:
    """A process of this run; `patience` is the seconds it is given to end before it is killed."""

    name: str
    process: subprocess.Popen[bytes]
    patience: float

    def has_ended(self) -> bool:
        """Tell whether the process is gone."""
        return self.process.poll() is not None

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        if self.has_ended():
            return
        self.process.terminate()
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(
    name: str,
    command: Sequence[str],
    *,
    patience: float,
    environ: Mapping[str, str] | None = None,
    log: IO[bytes] | None = None,
) -> Child:
    """Start a process in a session of its own, so that Ctrl-C reaches the run alone and it sets the order."""
    process = subprocess.Popen(
        command, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
    )
    return Child(name, process, patience)


def end_leftovers(option: str, path: Path, *, patience: float) -> None:
    """End the processes that were started with this option, left over from a run that was killed.

    The caller holds the folder's lock, so nobody else's process can have that path there.
    """
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if _has_option(process.cmdline(), option, path):
                _end(process, patience)


def _has_option(command: Sequence[str], option: str, path: Path) -> bool:
    return (option, str(path)) in itertools.pairwise(command)


def _end(process: psutil.Process, patience: float) -> None:
    process.terminate()
    try:
        process.wait(patience)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait()
