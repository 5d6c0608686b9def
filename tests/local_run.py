"""`python -m infra.local` like a user's: a process, its output, its children, its end."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from common.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60  # seconds


class Run:
    """One run of the local host, started like a user would."""

    def __init__(self, environ: Mapping[str, str], output: Path) -> None:
        self.url = f"http://127.0.0.1:{environ['PORT']}"
        self.output = output
        with output.open("wb") as file:
            command = [sys.executable, "-m", "infra.local"]
            # In another folder than the root, so that no .env is read.
            self.process = subprocess.Popen(
                command, cwd=output.parent, env={**clean_environment(), **environ}, stdout=file, stderr=file
            )

    def wait_until_ready(self) -> "Run":
        deadline = time.monotonic() + PATIENCE
        while f"Ready: {self.url}\n" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.02)
        return self

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """Return the direct child whose command contains this word."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if any(word in part for part in child.cmdline()))

    def end(self, sent: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; return exit status and output once no process of the run is left."""
        children = self.children()
        self.process.send_signal(sent)
        return self.wait(children)

    def wait(self, children: list[psutil.Process]) -> tuple[int, str]:
        status = self.process.wait(PATIENCE)
        _, alive = psutil.wait_procs(children, timeout=5)
        assert alive == []
        return status, self.output.read_text()


def clean_environment() -> dict[str, str]:
    """This process's environment without our settings, with the project on Python's path."""
    ours = {*SETTINGS, "PORT", "DATA_DIR"}
    return {name: value for name, value in os.environ.items() if name not in ours} | {"PYTHONPATH": str(ROOT)}


@contextlib.contextmanager
def running(environ: Mapping[str, str], tmp_path: Path) -> Iterator[Run]:
    """Run until the block ends, and stop the run in any case."""
    run = Run(environ, tmp_path / "output.txt")
    try:
        yield run.wait_until_ready()
    finally:
        if run.process.poll() is None:
            run.end()
