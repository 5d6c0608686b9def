"""Servers as processes: start them, wait for them, measure their memory and end them."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.client import Connection

_START_SECONDS = 60
_POLL_SECONDS = 0.005

Call = Callable[[Connection], object]


def ask(connection: Connection) -> None:
    """Call the address, and accept any answer."""
    connection.call("GET", "/")


class DidNotStart(Exception):
    """A server did not answer; the message has its name and the end of its log."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: psutil.Popen
    start_seconds: float  # seconds from the start of its process to its first answer

    def processes(self) -> list[psutil.Process]:
        """Return the process and its descendants."""
        return [self.process, *self.process.children(recursive=True)]

    def peak_bytes(self) -> int:
        """Return the peak resident memory: the sum of the processes' own peaks (VmHWM)."""
        return sum(map(_peak_bytes, self.processes()))

    def resident_bytes(self) -> int:
        """Return the current resident memory."""
        return sum(int(process.memory_info().rss) for process in self.processes())


def _peak_bytes(process: psutil.Process) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text("ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) * 1024


@contextlib.contextmanager
def serving(
    command: Sequence[str], port: int, environ: Mapping[str, str], log: Path, first: Call = ask
) -> Iterator[Server]:
    """Run a server in this block; it counts as started with the first answer."""
    begun = time.perf_counter()
    with log.open("ab") as output:
        process = psutil.Popen(command, env=dict(environ), stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, port, first, log)
        yield Server(port, process, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: psutil.Popen, port: int, first: Call, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError), Connection(port) as connection:
            first(connection)
            return
        time.sleep(_POLL_SECONDS)
    raise DidNotStart(f"{process.args}\n{log.read_text('utf-8', 'replace')[-2000:]}")
