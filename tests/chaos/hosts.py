"""A host whose processes can be killed, stopped and restarted at the same addresses."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil
import requests

from infra.local import FUNCTIONS
from infra.local.processes import Child, start
from tests.integration.hosts import TARGETS
from tests.integration.leaks import KEYS, leaks
from tests.ports import free_port

_STOP_SECONDS = 45  # requests in progress have 30 to finish
_START_SECONDS = 60


class RestartableHost:
    """The host: every function as a process, or the one application."""

    def __init__(self, kind: str, environ: Mapping[str, str], log: Path) -> None:
        self.units: Sequence[str] = tuple(TARGETS) if kind == "functions" else ("app",)
        self._environ = {**os.environ, **environ}
        self._log = log
        self.secrets = {environ[key] for key in KEYS}  # and whatever is sent to it
        self._ports = {unit: free_port() for unit in self.units}
        self._children: dict[str, Child] = {}

    def url(self, path: str) -> str:
        """Return the address of an /api/<endpoint>... path."""
        endpoint = path.split("/")[2].split("?")[0]
        return f"http://127.0.0.1:{self._ports.get(endpoint) or self._ports['app']}{path}"

    def start(self, units: Iterable[str]) -> None:
        """Start these processes."""
        with self._log.open("ab") as log:
            for unit in units:
                command, port = self._command(unit), self._ports[unit]
                self._children[unit] = start(
                    f"{unit}:{port}", command, grace=_STOP_SECONDS, environ=self._environ, log=log
                )

    def kill(self, units: Iterable[str]) -> None:
        """Kill these processes and all of their children at once."""
        for unit in units:
            process = self._children[unit].process
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a session of its own
            process.wait()

    def kill_workers(self, units: Iterable[str]) -> None:
        """Kill only their child processes, which they restart."""
        for unit in units:
            for worker in psutil.Process(self._children[unit].process.pid).children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    worker.kill()

    def end(self, units: Iterable[str]) -> None:
        """Stop these processes after their requests in progress."""
        units = list(units)
        for unit in units:
            self._children[unit].process.terminate()
        for unit in units:
            self._children[unit].stop()

    def leaks(self) -> list[str]:
        """Stop everything, and return the lines of the whole log that leak secrets."""
        self.end(self._children)
        return leaks(self._log, self.secrets)

    def stop(self) -> None:
        """Stop everything, leaving nothing behind."""
        self.kill(self._children)

    def wait_until_up(self) -> None:
        """Return when every process answers."""
        deadline = time.monotonic() + _START_SECONDS
        for port in self._ports.values():
            while not _answers(port):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the host did not start; {self._log} says why")
                time.sleep(0.05)

    def memory(self) -> int:
        """Return the memory of the largest process in bytes."""
        taken = [0]
        for child in list(self._children.values()):
            with contextlib.suppress(psutil.Error):
                master = psutil.Process(child.process.pid)
                taken += [each.memory_info().rss for each in (master, *master.children())]
        return max(taken)

    def _command(self, unit: str) -> list[str]:
        port = str(self._ports[unit])
        if unit != "app":
            options = ["--source", str(FUNCTIONS / "main.py"), "--target", TARGETS[unit]]
            where = ["--host", "127.0.0.1", "--port", port]
            return [sys.executable, "-m", "functions_framework", *options, *where]
        return [sys.executable, str(FUNCTIONS / "app.py"), "--port", port]


def _answers(port: int) -> bool:
    try:
        requests.get(f"http://127.0.0.1:{port}/api/health", timeout=5)
    except requests.RequestException:
        return False
    return True
