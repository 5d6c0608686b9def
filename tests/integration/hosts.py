"""The two hosts as processes: seven functions under functions-framework, and the app under gunicorn."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from infra.local.database import free_port

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
_START_SECONDS = 60

# The last part of an endpoint's address beside the function's target, where the two differ.
TARGETS = {
    "upload": "upload",
    "list": "list_images",
    "rename": "rename",
    "delete": "delete",
    "image": "image",
    "health": "health",
    "cleanup": "cleanup",
}


@dataclass(frozen=True)
class Host:
    """A running host; `ports` names the port of each endpoint."""

    name: str
    ports: Mapping[str, int]
    log: Path
    database: str
    bucket: str = ""

    def url(self, path: str) -> str:
        """Return the address of an /api/<endpoint>... path on this host."""
        endpoint = path.split("/")[2].split("?")[0]
        return f"http://127.0.0.1:{self.ports[endpoint]}{path}"


@contextlib.contextmanager
def running_functions(environ: Mapping[str, str], log: Path) -> Iterator[Host]:
    """Run every endpoint as a Cloud Function of its own."""
    ports = {endpoint: free_port() for endpoint in TARGETS}
    command = [sys.executable, "-m", "functions_framework", "--source", str(FUNCTIONS / "main.py")]
    with contextlib.ExitStack() as processes:
        for endpoint, target in TARGETS.items():
            options = ["--target", target, "--host", "127.0.0.1", "--port", str(ports[endpoint])]
            processes.enter_context(_process([*command, *options], environ, log))
        for port in ports.values():
            _wait_for(port)
        yield Host("functions", ports, log, environ["MONGO_DB"], environ.get("IMAGE_BUCKET", ""))


@contextlib.contextmanager
def running_app(environ: Mapping[str, str], log: Path) -> Iterator[Host]:
    """Run every endpoint as a route of the one application."""
    port = free_port()
    options = ["--bind", f"127.0.0.1:{port}", "--threads", "16", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", "--chdir", str(FUNCTIONS), *options, "app:create_app()"]
    with _process(command, environ, log):
        _wait_for(port)
        ports = dict.fromkeys(TARGETS, port)
        yield Host("app", ports, log, environ["MONGO_DB"], environ.get("IMAGE_BUCKET", ""))


@contextlib.contextmanager
def _process(command: list[str], environ: Mapping[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(command, env={**os.environ, **environ}, stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
        except requests.ConnectionError:
            assert time.monotonic() < deadline, f"nothing answers on port {port}"
            time.sleep(0.05)
        else:
            return
