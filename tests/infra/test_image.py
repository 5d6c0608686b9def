"""The container's image: built from the Dockerfile, run as a pod runs it, and used."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from common.removers.catalogue import DEFAULT, LIGHT
from common.removers.sources import sources
from infra.local.database import start_database
from tests.infra.base_image import skip_where_nothing_can_be_built
from tests.infra.compose_checks import compose, interpolated
from tests.infra.image import Image, Store
from tests.infra.pod_checks import USER
from tests.infra.unpacked import USED
from tests.objectcut import ObjectCut
from tests.photos import photo
from tests.ports import free_port

pytestmark = pytest.mark.extended  # building the images takes minutes

skip_where_nothing_can_be_built()

PATIENCE = 30  # seconds


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store() as store:
        yield store


@pytest.fixture(scope="module")
def image(store: Store) -> Image:
    return store.build("plain")


@pytest.fixture(scope="module")
def image_with_model(store: Store) -> Image:
    return store.build("with-model", LOCAL_MODEL=LIGHT)


@pytest.fixture(scope="module")
def image_with_default(store: Store) -> Image:
    return store.build("with-default", LOCAL_MODEL=DEFAULT)


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    database, uri = start_database(tmp_path_factory.mktemp("database"))
    yield {"MONGO_URI": uri, "APP_SECRET_KEY": "for-the-image-tests-alone"}
    database.stop()


@contextlib.contextmanager
def running(
    image: Image, environ: dict[str, str], log: Path, user: str = ""
) -> Iterator[tuple[psutil.Process, str]]:
    """Run the container's command on the loopback interface; it must end well when terminated."""
    port = free_port()
    command = [*image.command, "--host", "127.0.0.1"]
    process = image.start(command, {**environ, "PORT": str(port)}, log, user)
    try:
        _wait_for(f"http://127.0.0.1:{port}/favicon.svg", log)
        yield psutil.Process(process.pid), f"http://127.0.0.1:{port}"
        process.terminate()
        assert process.wait(PATIENCE) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def upload(url: str) -> requests.Response:
    return requests.post(f"{url}/api/upload", files={"image": ("cat.png", photo())}, timeout=60)


def test_a_container_serves_health_the_site_and_an_upload(
    image: Image, environ: dict[str, str], provider: ObjectCut, tmp_path: Path
) -> None:
    with_provider = {**environ, "X_RAPID_API_KEY": provider.key, "X_RAPID_API_HOST": provider.host}

    with running(image, with_provider, tmp_path / "log.txt") as (process, url):
        health, page = requests.get(f"{url}/api/health", timeout=5), requests.get(url, timeout=5)
        added = upload(url)
        users = {each.uids().real for each in [process, *process.children(recursive=True)]}
        probe = image.start(image.health_command, {"PORT": url.rpartition(":")[2]}, tmp_path / "probe.txt")

        assert (health.status_code, health.json()) == (200, {"status": "Healthy"})
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert added.status_code == 201, added.text
        assert probe.wait(PATIENCE) == 0, (tmp_path / "probe.txt").read_text()
    assert users == {USER}
    assert len(provider.calls) == 1


def test_the_health_command_fails_if_nothing_answers(image: Image, tmp_path: Path) -> None:
    probe = image.start(image.health_command, {"PORT": str(free_port())}, tmp_path / "probe.txt")

    assert probe.wait(PATIENCE) == 1


def test_with_the_model_a_container_needs_no_provider(
    image_with_model: Image, environ: dict[str, str], tmp_path: Path
) -> None:
    with running(image_with_model, environ, tmp_path / "log.txt") as (_, url):
        added = upload(url)

        assert added.status_code == 201, added.text


def test_a_container_with_the_better_model_runs_as_any_user(
    image_with_default: Image, environ: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"
    with running(image_with_default, environ, log, user="54321:54321") as (process, url):
        added = upload(url)

        assert added.status_code == 201, added.text
        assert process.uids().real == 54321


def test_api_keys_are_managed_in_a_container(image: Image, environ: dict[str, str], tmp_path: Path) -> None:
    for arguments in (["add", "somebody"], ["list"]):
        process = image.start(["python", "-m", "infra.keys", *arguments], environ, tmp_path / "log.txt")
        assert process.wait(PATIENCE) == 0, (tmp_path / "log.txt").read_text()

    assert "somebody" in (tmp_path / "log.txt").read_text()


def test_the_access_key_refuses_and_admits(image: Image, environ: dict[str, str], tmp_path: Path) -> None:
    key = "open sesame, please"
    with running(image, {**environ, "ACCESS_KEY": key, "X_RAPID_API_KEY": "k"}, tmp_path / "log.txt") as (
        _,
        url,
    ):
        with requests.Session() as session:
            before = session.get(f"{url}/api/list", timeout=5).status_code
            session.post(f"{url}/access", data={"key": key}, timeout=5)
            after = session.get(f"{url}/api/list", timeout=5).status_code

        assert (before, after) == (401, 200)
        assert requests.get(f"{url}/api/health", timeout=5).status_code == 200


class From(requests.adapters.HTTPAdapter):
    """Calls from another address of this machine."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, source_address=("127.0.0.2", 0))


def composed(service: str, environ: dict[str, str]) -> dict[str, str]:
    """Return compose.yaml's environment of a service, with the embedded database instead of MongoDB."""
    file = compose()["services"][service]["environment"]
    return {**{name: interpolated(str(value)) for name, value in file.items()}, **environ}


def test_the_services_of_compose_run_from_the_image(
    image_with_model: Image, environ: dict[str, str], tmp_path: Path
) -> None:
    key = "open sesame, please"
    application = {**composed("application", environ), "ACCESS_KEY": key}
    loop = [part.replace("$$", "$") for part in compose()["services"]["cleanup"]["command"]]

    with (
        running(image_with_model, application, tmp_path / "log.txt") as (_, url),
        requests.Session() as other,
    ):
        other.mount("http://", From())
        refused = other.get(f"{url}/", headers={"Accept": "text/html"}, timeout=5)
        wrong = other.post(f"{url}/access", data={"key": key.upper()}, timeout=5)
        other.post(f"{url}/access", data={"key": key}, timeout=5)
        added = other.post(f"{url}/api/upload", files={"image": ("cat.png", photo())}, timeout=60)
        listed = other.get(f"{url}/api/list", timeout=5).json()
    cleanup = image_with_model.start(loop, composed("cleanup", environ), tmp_path / "cleanup.txt")
    _wait_until(lambda: "deleted_records" in (tmp_path / "cleanup.txt").read_text())
    still_runs = cleanup.poll() is None
    cleanup.kill()
    cleanup.wait()

    assert (refused.status_code, wrong.status_code) == (401, 401)
    assert added.status_code == 201, added.text
    assert [record["record_id"] for record in listed["records"]] == [added.json()["record"]["record_id"]]
    assert listed["limit"] == 50
    assert still_runs


def test_only_the_image_with_the_model_contains_it_and_its_runtime(
    image: Image, image_with_model: Image
) -> None:
    expected = {"openvino/__init__.py", f"{LIGHT}.onnx", f"{LIGHT}.8bit.xml", f"{LIGHT}.8bit.bin"}
    plain, with_model = (
        {
            found
            for found in expected
            if any(path.endswith(f"/{found}") for path in each.files("opt/venv") | each.files("app"))
        }
        for each in (image, image_with_model)
    )

    assert plain == set()
    assert with_model == expected


def test_a_container_uses_the_model_that_was_chosen_at_build(
    image_with_model: Image, tmp_path: Path, weights: Path
) -> None:
    process = image_with_model.start(["python", "-c", USED], {}, tmp_path / "log.txt")

    assert process.wait(PATIENCE) == 0, (tmp_path / "log.txt").read_text()
    expected = f"{sources(LIGHT, weights.parent)}\n".replace(str(weights.parent), "/app/models")
    assert (tmp_path / "log.txt").read_text() == expected


def test_a_container_cleans_up_once_and_ends(image: Image, environ: dict[str, str], tmp_path: Path) -> None:
    process = image.start(["python", "cleanup.py"], environ, tmp_path / "log.txt")

    assert process.wait(PATIENCE) == 0
    assert '"deleted_records": 0' in (tmp_path / "log.txt").read_text()


def test_a_container_without_a_setting_says_so_in_a_line_and_ends(image: Image, tmp_path: Path) -> None:
    process = image.start(image.command, {"PORT": str(free_port())}, tmp_path / "log.txt")

    assert process.wait(PATIENCE) == 3
    assert "MONGO_URI is not set" in (tmp_path / "log.txt").read_text()


def test_the_image_holds_the_code_and_the_site_compiled_and_out_of_the_processs_reach(image: Image) -> None:
    held = image.files("app")

    assert {path.split("/")[0] for path in held} == {"functions", "infra", "web"}
    assert {path for path in held if path.endswith((".md", ".d.ts")) or "test" in path} == set()
    assert [path for path in held if path.startswith("functions/__pycache__/app.")] != []
    writable = [path for path in held if (image.root / "app" / path).stat().st_mode & 0o022]
    assert writable == []
    assert {(image.root / "app" / path).stat().st_uid for path in held} == {0}
