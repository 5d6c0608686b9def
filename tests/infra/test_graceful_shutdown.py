"""The container's command on this machine, told to go in the middle of an upload."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from infra.local import FUNCTIONS
from infra.local.database import start_database
from tests.infra import dockerfile
from tests.infra.manifests import GKE
from tests.objectcut import ObjectCut
from tests.objectcut_behaviours import slowly
from tests.photos import photo
from tests.ports import free_port

PATIENCE = 30  # seconds


class Service:
    """The container's command; port and log are the test's."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        port = free_port()
        self.url, self.log = f"http://127.0.0.1:{port}", log
        environ = {**os.environ, **environ, "GUNICORN_CMD_ARGS": f"--bind=127.0.0.1:{port}"}
        command = [sys.executable, "-m", *_command()]
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=FUNCTIONS, env=environ, stdout=output, stderr=output)

    def is_up(self) -> bool:
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.url}/favicon.svg", timeout=5).ok
        return False

    def upload(self) -> requests.Response:
        return requests.post(f"{self.url}/api/upload", files={"image": ("cat.png", photo())}, timeout=60)


def _command() -> list[str]:
    """Return the container's command with the configuration where it is here."""
    return [str(GKE / word) if word == "gunicorn.conf.py" else word for word in dockerfile.start_command()]


@pytest.fixture
def service(tmp_path: Path, provider: ObjectCut) -> Iterator[Service]:
    database, uri = start_database(tmp_path)
    environ = {"MONGO_URI": uri, "APP_SECRET_KEY": "for-this-test-alone"}
    environ |= {"X_RAPID_API_KEY": provider.key, "X_RAPID_API_HOST": provider.host}
    service = Service(environ, tmp_path / "log.txt")
    try:
        _wait_until(service.is_up, service)
        yield service
    finally:
        service.process.kill()
        service.process.wait()
        database.stop()


def test_an_upload_in_flight_is_finished_before_the_process_ends(
    service: Service, provider: ObjectCut
) -> None:
    provider.always(slowly(3))
    with ThreadPoolExecutor() as pool:
        upload = pool.submit(service.upload)
        _wait_until(lambda: bool(provider.calls), service)

        service.process.terminate()
        _wait_until(lambda: "Handling signal: term" in service.log.read_text(), service)

        assert not upload.done()
        assert upload.result().status_code == 201
    assert service.process.wait(PATIENCE) == 0


def test_without_work_the_process_ends_at_once(service: Service) -> None:
    began = time.monotonic()
    service.process.terminate()

    assert service.process.wait(PATIENCE) == 0
    assert time.monotonic() - began < 5


def _wait_until(holds: Callable[[], bool], service: Service) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, service.log.read_text()
        time.sleep(0.05)
