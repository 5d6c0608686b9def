"""Servers as processes: started, waited for, weighed and ended."""

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
    """Call whatever is there, for any answer."""
    connection.call("GET", "/")


class DidNotStart(Exception):
    """A server never answered; the message says which, and the end of its log."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: psutil.Popen
    start_seconds: float  # from the start of its process to its first answer

    def processes(self) -> list[psutil.Process]:
        """Return its process and those below."""
        return [self.process, *self.process.children(recursive=True)]

    def peak_bytes(self) -> int:
        """Return the most memory that was ever resident: each process's own peak (VmHWM), added up."""
        return sum(map(_peak_bytes, self.processes()))

    def resident_bytes(self) -> int:
        """Return the memory that is resident now."""
        return sum(int(process.memory_info().rss) for process in self.processes())


def _peak_bytes(process: psutil.Process) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text("ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) * 1024


@contextlib.contextmanager
def serving(
    command: Sequence[str], port: int, environ: Mapping[str, str], log: Path, first: Call = ask
) -> Iterator[Server]:
    """Run a server until it is no longer needed; it has started once the first call is answered."""
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
