"""Start the hosts with short timeouts and their own proxies to everything that can fail."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pymongo
import requests

from infra.local import FUNCTIONS, ROOT
from tests.bucket_ids import share_id
from tests.gcs import GcsEmulator
from tests.integration.failing.guarantees import LIMIT, PATIENCE, SECRET, Guarantees
from tests.integration.failing.mongo_gate import MongoGate
from tests.integration.failing.stage import Processes, Stage
from tests.integration.failing.storage import StallingGate
from tests.integration.hosts import Host, searched
from tests.objectcut import ObjectCut
from tests.ports import free_port

HERE = Path(__file__).parent
_TARGETS = {"upload": "upload", "list": "list_images", "image": "image", "matte": "matte"}


@dataclass(frozen=True)
class Parts:
    """The dependencies that the hosts share."""

    mongo_uri: str
    mongo: "pymongo.MongoClient[dict[str, Any]]"
    gcs: GcsEmulator
    folder: Path


@contextlib.contextmanager
def running(
    name: str, parts: Parts, *, again: Stage | None = None, more: Mapping[str, str] | None = None
) -> Iterator[Stage]:
    """Run a host by its name, like functions-inline or app-bucket; `again` uses that host's data."""
    kind, _, store = name.partition("-")
    folder = again.clock.parent if again else parts.folder / f"{name}-{time.monotonic_ns()}"
    folder.mkdir(exist_ok=bool(again))
    (folder / "clock").write_text("0")
    bucket = None
    if store == "bucket":
        bucket = parts.gcs.bucket(folder.name if again else parts.gcs.create_bucket(folder.name))
        share_id(bucket, parts.mongo_uri, folder.name)
    port = urlsplit(parts.mongo_uri).port
    assert port
    with MongoGate(port) as mongo, StallingGate(parts.gcs.url) as storage, ObjectCut() as provider:
        environ = {
            **_environ(folder, provider),
            "MONGO_URI": parts.mongo_uri.replace(str(port), str(mongo.port)),
            **({"IMAGE_BUCKET": folder.name, "STORAGE_EMULATOR_HOST": storage.url} if bucket else {}),
            **(more or {}),
        }
        host = Host(kind, _ports(kind), folder / "log", folder.name, folder.name if bucket else "")
        with searched(host, environ), _started(host, environ) as processes:
            guarantees = Guarantees(host, parts.mongo, bucket)
            if again:
                guarantees.take_over(again.guarantees)
            stage = Stage(name, host, mongo, storage, provider, guarantees, folder / "clock", processes)
            try:
                yield stage
            finally:
                stage.reset()


def _environ(folder: Path, provider: ObjectCut) -> dict[str, str]:
    return {
        **os.environ,
        "MONGO_DB": folder.name,
        "APP_SECRET_KEY": SECRET,
        "X_RAPID_API_KEY": provider.key,
        "X_RAPID_API_HOST": provider.host,
        "USER_LIMIT": str(LIMIT),
        "THREADS": "16",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(FUNCTIONS)]),
        "TEST_CLOCK": str(folder / "clock"),
    }


def _ports(kind: str) -> dict[str, int]:
    if kind == "app":
        return dict.fromkeys(_TARGETS, free_port())
    return {endpoint: free_port() for endpoint in _TARGETS}


@contextlib.contextmanager
def _started(host: Host, environ: Mapping[str, str]) -> "Iterator[Processes]":
    processes = {"functions": _functions, "app": _app}[host.name](host, environ)
    try:
        for port in set(host.ports.values()):
            _wait_for(port, host.log)
        yield processes
    finally:
        _stop(processes)


def _functions(host: Host, environ: Mapping[str, str]) -> "Processes":
    command = [sys.executable, "-m", "functions_framework", "--source", str(HERE / "impatient_main.py")]
    processes: Processes = {}
    for endpoint, target in _TARGETS.items():
        options = ["--target", target, "--host", "127.0.0.1", "--port", str(host.ports[endpoint])]
        processes[endpoint] = _process([*command, *options], environ, host.log)
    return processes


def _app(host: Host, environ: Mapping[str, str]) -> "Processes":
    command = [sys.executable, str(HERE / "impatient_app.py"), "--port", str(host.ports["upload"])]
    restarting = [sys.executable, str(HERE / "restarting.py"), *command]
    return {"upload": _process(restarting, environ, host.log)}


def _process(command: list[str], environ: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(command, env=environ, stdout=output, stderr=output)


def _stop(processes: "Processes") -> None:
    for process in processes.values():
        process.terminate()
    for process in processes.values():
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, log: Path) -> None:
    def answers() -> bool:
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            requests.get(f"http://127.0.0.1:{port}/", timeout=5)
            return True
        return False

    wait_until(answers, seconds=60, why=lambda: f"nothing answers on port {port}: {log.read_text()}")


def wait_until(holds: Callable[[], bool], *, why: Callable[[], str], seconds: float = PATIENCE) -> None:
    """Wait until this holds; raise AssertionError with the reason if it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, why()
        time.sleep(0.02)
