"""The container's command on this machine, terminated in the middle of an upload."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from infra.local import FUNCTIONS
from infra.local.database import start_database
from tests.infra import dockerfile
from tests.integration.hosts import PROGRAMS
from tests.objectcut import ObjectCut
from tests.objectcut_behaviours import slowly
from tests.photos import photo
from tests.ports import free_port

PATIENCE = 30  # seconds


class Service:
    """The container's command with the test's port and log."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.url, self.log = f"http://127.0.0.1:{self.port}", log
        command = [*dockerfile.start_command(), "--host", "127.0.0.1", "--port", str(self.port)]
        environ = {**os.environ, **environ, "PATH": PROGRAMS + os.environ["PATH"]}
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=FUNCTIONS, env=environ, stdout=output, stderr=output)

    def is_up(self) -> bool:
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.url}/favicon.svg", timeout=5).ok
        return False

    def upload(self) -> requests.Response:
        return requests.post(f"{self.url}/api/upload", files={"image": ("cat.png", photo())}, timeout=60)


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


@pytest.mark.extended
def test_an_upload_in_progress_is_finished_before_the_process_ends(
    service: Service, provider: ObjectCut
) -> None:
    provider.always(slowly(3))
    with ThreadPoolExecutor() as pool:
        upload = pool.submit(service.upload)
        _wait_until(lambda: bool(provider.calls), service)

        service.process.terminate()
        _wait_until(lambda: not service.is_up(), service)

        assert not upload.done()
        assert upload.result().status_code == 201
        assert upload.result().headers["Connection"] == "close"
    assert service.process.wait(PATIENCE) == 0


def test_an_upload_that_is_still_arriving_is_finished_and_no_process_is_left(service: Service) -> None:
    assert service.upload().status_code == 201  # so that all of its processes are running
    request = requests.Request("POST", f"{service.url}/api/upload", files={"image": ("cat.png", photo())})
    prepared = request.prepare()
    head = "".join(f"{name}: {value}\r\n" for name, value in prepared.headers.items())
    body = prepared.body
    assert isinstance(body, bytes)
    children = psutil.Process(service.process.pid).children(recursive=True)
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as connection:
        connection.sendall(f"POST /api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}\r\n".encode() + body[:9])
        time.sleep(0.5)

        service.process.terminate()
        _wait_until(lambda: not service.is_up(), service)
        connection.sendall(body[9:])

        assert connection.recv(1000).startswith(b"HTTP/1.1 201 ")
    assert service.process.wait(PATIENCE) == 0
    assert psutil.wait_procs(children, timeout=5)[1] == []


@pytest.mark.extended
def test_without_work_the_process_ends_at_once(service: Service) -> None:
    with requests.Session() as idle:
        assert idle.get(f"{service.url}/favicon.svg", timeout=5).ok  # a kept-alive connection
        began = time.monotonic()
        service.process.terminate()

        assert service.process.wait(PATIENCE) == 0
    assert time.monotonic() - began < 5


def _wait_until(holds: Callable[[], bool], service: Service) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, service.log.read_text()
        time.sleep(0.05)
