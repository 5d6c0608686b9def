"""Runs that are killed (SIGKILL) at a given step, each in its own process.

As a program, this module loads everything once and forks a process for each run.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from google.cloud import storage
from pymongo.collection import Collection

from infra import ROOT
from infra.migrate.__main__ import main

KILLED = -signal.SIGKILL
_STEPS: tuple[tuple[type, str], ...] = (
    (storage.Blob, "upload_from_string"),
    (storage.Blob, "delete"),
    (Collection, "update_one"),
)


class Mortals:
    """Runs migrations one after the other; a context manager."""

    def run(self, direction: str, step: int) -> int:
        """Run to the end, or to this step before or after a write, and return the exit status."""
        order = {"arguments": [direction, "--timeout", "2"], "step": step, "environ": dict(os.environ)}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.integration.migrate.mortal"]
        path = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")])}
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def _die_at(step: int) -> None:
    numbers, lock = itertools.count(), threading.Lock()

    def pass_by() -> None:
        with lock:
            if next(numbers) == step:
                os.kill(os.getpid(), signal.SIGKILL)

    for owner, name in _STEPS:
        setattr(owner, name, _between(pass_by, getattr(owner, name)))


def _between(pass_by: Callable[[], None], real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        pass_by()
        answer = real(*arguments, **options)
        pass_by()
        return answer

    return call


def _live(order: dict[str, Any]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    os.environ.clear()
    os.environ.update(order["environ"])
    _die_at(order["step"])
    os._exit(main(order["arguments"]))


def _serve() -> None:
    for line in sys.stdin:
        process = os.fork()
        if not process:
            _live(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    _serve()
