"""The hosts as processes: Cloud Functions under functions-framework, and the application."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from endpoints import CLOUD_FUNCTIONS
from infra.local import FUNCTIONS, ROOT
from tests.integration.leaks import KEYS, leaks
from tests.ports import free_port
from tests.tiers import extended

GKE = ROOT / "infra" / "gke"
PROGRAMS = str(Path(sys.executable).parent) + os.pathsep
_START_SECONDS = 60

# The target of each endpoint's Cloud Function.
TARGETS = {name: endpoint.target for name, endpoint in CLOUD_FUNCTIONS.items()}
# For a test that needs only one of the four pairs of host and store in `make test`.
ONE_HOST = pytest.mark.parametrize(
    "host", ["app-bucket", *extended("functions-inline", "app-inline", "functions-bucket")], indirect=True
)
_OF_PROGRAMS = ("v1.0", "v1", "remove")  # the first parts of the programs' paths


@dataclass(frozen=True)
class Host:
    """A running host; `ports` has the port of each endpoint, `secrets` what its log must not contain."""

    name: str
    ports: Mapping[str, int]
    log: Path
    database: str
    bucket: str = ""
    secrets: set[str] = field(default_factory=set)

    def url(self, path: str) -> str:
        """Return the address of a path on this host, /api/<endpoint>... or one for programs."""
        endpoint = function_of(path)
        return f"http://127.0.0.1:{self.ports[endpoint]}{path}"


def function_of(path: str) -> str:
    """Return the name of the function that serves a path, or an empty string."""
    name = path.partition("?")[0].removeprefix("/api").lstrip("/").partition("/")[0]
    return "removebg" if name in _OF_PROGRAMS else name


def function_command(target: str, port: int, source: Path = FUNCTIONS / "main.py") -> list[str]:
    """Return the command that serves one function as Cloud Functions does."""
    options = ["--source", str(source), "--target", target, "--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "functions_framework", *options]


def app_command(port: int) -> list[str]:
    """Return the command that serves the application."""
    return [sys.executable, str(FUNCTIONS / "app.py"), "--port", str(port)]


@contextlib.contextmanager
def running_functions(environ: Mapping[str, str], log: Path) -> Iterator[Host]:
    """Run every endpoint as a Cloud Function."""
    ports = {endpoint: free_port() for endpoint in TARGETS}
    with _host("functions", ports, log, environ) as host, contextlib.ExitStack() as processes:
        for endpoint, target in TARGETS.items():
            processes.enter_context(_process(function_command(target, ports[endpoint]), environ, log))
        for port in ports.values():
            _wait_for(port)
        yield host


@contextlib.contextmanager
def running_app(environ: Mapping[str, str], log: Path) -> Iterator[Host]:
    """Run every endpoint as a route of the one application."""
    port = free_port()
    ports = dict.fromkeys(TARGETS, port)
    with _host("app", ports, log, environ) as host, _process(app_command(port), environ, log):
        _wait_for(port)
        yield host


@contextlib.contextmanager
def running_container(environ: Mapping[str, str], log: Path) -> Iterator[Host]:
    """Run the container's command, in a copy of its folders."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command, work_folder = _container(Path(folder))
        # The container listens on every address; the tests do not.
        command += ["--host", "127.0.0.1", "--port", str(port)]
        ports = dict.fromkeys(TARGETS, port)
        path = {"PATH": PROGRAMS + os.environ["PATH"]}
        running = _process(command, {**environ, **path}, log, work_folder)
        with _host("container", ports, log, environ) as host, running:
            _wait_for(port)
            yield host


def _host(
    name: str, ports: Mapping[str, int], log: Path, environ: Mapping[str, str]
) -> AbstractContextManager[Host]:
    return searched(Host(name, ports, log, environ["MONGO_DB"], environ.get("IMAGE_BUCKET", "")), environ)


@contextlib.contextmanager
def searched(host: Host, environ: Mapping[str, str]) -> Iterator[Host]:
    """Search the whole log of a host that is started in the block, after the host's end."""
    host.secrets.update(environ.get(key, "") for key in KEYS)
    yield host
    leaked = leaks(host.log, host.secrets)
    assert not leaked, f"{len(leaked)} lines of {host.log} have what nobody may read, first {leaked[0]}"


def _container(root: Path) -> tuple[list[str], Path]:
    """Copy the image's folders, and return its command and working directory."""
    dockerfile = (GKE / "Dockerfile").read_text("utf-8")
    (command,) = re.findall(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)
    for name in ("functions", "web"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return json.loads(command), root / "functions"


@contextlib.contextmanager
def _process(
    command: list[str], environ: Mapping[str, str], log: Path, folder: Path | None = None
) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environ}, stdout=output, stderr=output, cwd=folder
        )
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
        except (requests.ConnectionError, requests.Timeout):
            assert time.monotonic() < deadline, f"nothing answers on port {port}"
            time.sleep(0.05)
        else:
            return
