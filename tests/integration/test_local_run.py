"""`python -m infra.local` as a process: its output, its data, its end, and recovery."""

import contextlib
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from PIL import Image

from tests import objectcut_behaviours as behaviours
from tests.local_run import PATIENCE, Run, running
from tests.objectcut import ObjectCut
from tests.photos import decoded, encoded, photo
from tests.ports import free_port
from tests.tiers import extended

URLS = ("original_url", "processed_url", "preview_url")


@pytest.fixture
def environ(tmp_path: Path, provider: ObjectCut) -> dict[str, str]:
    return {
        "PORT": str(free_port()),
        "DATA_DIR": str(tmp_path / "data"),
        "X_RAPID_API_KEY": provider.key,
        "X_RAPID_API_HOST": provider.host,
    }


def upload(url: str, content: bytes, session: requests.Session) -> requests.Response:
    return session.post(f"{url}/api/upload", files={"image": ("a.png", content)}, timeout=30)


@pytest.mark.extended
def test_uploads_are_there_after_a_restart(environ: dict[str, str], tmp_path: Path) -> None:
    session, content = requests.Session(), photo()
    with running(environ, tmp_path) as run:
        record = upload(run.url, content, session).json()["record"]
        cut_out = session.get(run.url + record["processed_url"]).content
    with running(environ, tmp_path) as run:
        assert session.get(f"{run.url}/api/list").json()["records"] == [record]
        assert session.get(run.url + record["original_url"]).content == content
        assert session.get(run.url + record["processed_url"]).content == cut_out


@pytest.mark.extended
def test_what_was_touched_up_is_there_after_a_restart(environ: dict[str, str], tmp_path: Path) -> None:
    session, content = requests.Session(), photo()
    with running(environ, tmp_path) as run:
        record = upload(run.url, content, session).json()["record"]
        matte = encoded(Image.linear_gradient("L").resize((record["width"], record["height"])))
        url, revision = f"{run.url}/api/matte/{record['record_id']}", {"If-Match": '"1"'}
        touched = session.put(url, matte, headers=revision, timeout=30).json()["record"]
        images = [session.get(run.url + touched[name]).content for name in URLS]
    with running(environ, tmp_path) as run:
        assert session.get(f"{run.url}/api/list").json()["records"] == [touched]
        assert [session.get(run.url + touched[name]).content for name in URLS] == images
    assert touched["revision"] == 2
    assert images[0] == content
    assert decoded(images[1]).getchannel("A").tobytes() == decoded(matte).tobytes()


def test_the_local_model_needs_no_account(environ: dict[str, str], tmp_path: Path, weights: Path) -> None:
    del environ["X_RAPID_API_KEY"]
    with running({**environ, "LOCAL_MODEL_PATH": str(weights)}, tmp_path) as run:
        session = requests.Session()
        response = upload(run.url, photo(200, 150, "JPEG"), session)
        assert response.status_code == 201
        processed = session.get(run.url + response.json()["record"]["processed_url"])
        assert processed.headers["Content-Type"] == "image/png"


@pytest.mark.extended
def test_a_proxy_in_the_environment_is_not_asked_for_this_machine(
    environ: dict[str, str], tmp_path: Path
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    proxies = {"HTTP_PROXY": nowhere, "http_proxy": nowhere, "ALL_PROXY": nowhere}
    with running({**environ, **proxies}, tmp_path) as run:
        assert requests.get(f"{run.url}/api/health", timeout=5).ok


@pytest.mark.parametrize("sent", [signal.SIGINT, *extended(signal.SIGTERM)])
def test_a_signal_ends_everything_and_is_no_failure(
    environ: dict[str, str], tmp_path: Path, sent: signal.Signals
) -> None:
    with running(environ, tmp_path) as run:
        assert run.end(sent)[0] == 0


@pytest.mark.extended
def test_an_upload_in_flight_is_finished_before_the_end(
    environ: dict[str, str], tmp_path: Path, provider: ObjectCut
) -> None:
    provider.always(behaviours.slowly(1.5))
    session, answers = requests.Session(), []
    with running(environ, tmp_path) as run:
        sender = threading.Thread(target=lambda: answers.append(upload(run.url, photo(), session)))
        sender.start()
        while not provider.calls:
            time.sleep(0.01)
        assert run.end()[0] == 0
        sender.join()
    assert answers[0].status_code == 201
    with running(environ, tmp_path) as run:
        assert session.get(f"{run.url}/api/list").json()["records"] == [answers[0].json()["record"]]


@pytest.mark.parametrize("word", ["secantusd-py", *extended("app.py")])
def test_when_one_process_dies_the_other_is_stopped(
    environ: dict[str, str], tmp_path: Path, word: str
) -> None:
    with running(environ, tmp_path) as run:
        children = run.children()
        run.child(word).kill()
        status, output = run.wait(children)
    assert status == 1
    assert "ended unexpectedly" in output


@pytest.mark.extended
def test_the_secret_key_is_made_once_for_its_owner_alone(environ: dict[str, str], tmp_path: Path) -> None:
    path = Path(environ["DATA_DIR"], "secret_key")
    with running(environ, tmp_path):
        key = path.read_text()
        assert path.stat().st_mode & 0o777 == 0o600
    with running(environ, tmp_path):
        assert path.read_text() == key
    assert len(key) == 64


def test_settings_come_from_a_file_and_the_environment_wins(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("USER_LIMIT=2\nRETENTION_DAYS=\nMAX_UPLOAD_MB=7\n# a remark\n")
    with running({**environ, "USER_LIMIT": "3"}, tmp_path) as run:
        assert requests.get(f"{run.url}/api/list", timeout=5).json()["limit"] == 3
        too_large = upload(run.url, bytes(8 * 1024 * 1024), requests.Session())
        assert (too_large.status_code, "7 MB" in too_large.text) == (413, True)


def test_a_picture_that_no_document_could_hold_is_refused_with_the_way_out(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with running(environ, tmp_path) as run:
        answer = upload(run.url, photo() + bytes(17 * 1024 * 1024), requests.Session())
    assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")
    assert "bucket" in answer.json()["detail"]


def failed_start(environ: Mapping[str, str], tmp_path: Path) -> str:
    """Start a run that cannot start, and return its only line."""
    run = Run(environ, tmp_path / "failed.txt")
    status, output = run.wait([])
    assert status == 1
    assert len(output.splitlines()) == 1, output
    return output


def test_a_port_in_use_is_reported_in_one_line(environ: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", int(environ["PORT"]))):
        assert f"Port {environ['PORT']}" in failed_start(environ, tmp_path)


def test_a_data_folder_in_use_is_reported_in_one_line_and_left_alone(
    environ: dict[str, str], tmp_path: Path
) -> None:
    with running(environ, tmp_path) as run:
        line = failed_start({**environ, "PORT": str(free_port())}, tmp_path)
        assert environ["DATA_DIR"] in line
        assert f"process {run.process.pid}" in line
        assert requests.get(f"{run.url}/api/health", timeout=5).ok


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "http", "PORT is malformed"),
        ("USER_LIMIT", "many", "USER_LIMIT is malformed; it should be a whole number from 1 to 10000"),
        ("REMOVER", "magic", "REMOVER is malformed"),
        ("LOCAL_MODEL_PATH", "/no/such/file", "LOCAL_MODEL_PATH is malformed"),
        ("MONGO_URI", "localhost:27017", "MONGO_URI is malformed"),
        ("MONGO_URI", "mongodb://127.0.0.1:1", "The database does not answer"),
    ],
)
def test_a_wrong_setting_is_reported_in_one_line(
    environ: dict[str, str], tmp_path: Path, name: str, value: str, told: str
) -> None:
    if name == "PORT":
        environ["PORT"] = value
    assert told in failed_start({**environ, name: value}, tmp_path)


# Settings without access to any model
NO_NETWORK = {
    "PIP_NO_INDEX": "1",
    "PIP_FIND_LINKS": "",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_CONFIG_FILE": os.devnull,
    "HTTPS_PROXY": "http://127.0.0.1:9",  # where nothing listens
}


def test_a_download_that_fails_is_reported_in_one_line(environ: dict[str, str], tmp_path: Path) -> None:
    del environ["X_RAPID_API_KEY"]
    run = Run({**environ, **NO_NETWORK, "LOCAL_MODEL": "u2netp"}, tmp_path / "failed.txt")
    status, output = run.wait([])
    first, last = output.splitlines()
    assert status == 1
    assert first.startswith("Fetching u2netp (4.6 MB, licence: Apache-2.0)")
    assert last.startswith("u2netp could not be fetched: github.com cannot be reached")
    assert [path.stat().st_size for path in Path(environ["DATA_DIR"], "models").iterdir()] == [0]


def test_without_the_large_model_the_first_start_says_so_and_uses_the_light_one(
    environ: dict[str, str], tmp_path: Path, weights: Path
) -> None:
    del environ["X_RAPID_API_KEY"]
    models = Path(environ["DATA_DIR"], "models")
    models.mkdir(parents=True)
    shutil.copy(weights, models / "u2netp.onnx")
    with running({**environ, **NO_NETWORK}, tmp_path) as run:
        fetching, told, *_ = run.output.read_text().splitlines()
        taken = upload(run.url, photo(200, 150, "JPEG"), requests.Session())
    assert fetching.startswith("Fetching u2net (176.0 MB, licence: Apache-2.0)")
    assert told.startswith("u2net could not be fetched: github.com cannot be reached")
    assert told.endswith("Starting with the light model, u2netp, until then.")
    assert taken.status_code == 201


@pytest.mark.parametrize("killed", ["all", *extended("runner")])
def test_after_a_kill_in_the_middle_of_uploads_nothing_answered_is_lost(
    environ: dict[str, str], tmp_path: Path, provider: ObjectCut, killed: str
) -> None:
    provider.always(behaviours.slowly(0.15))
    users = [requests.Session() for _ in range(6)]
    kept: dict[int, dict[str, bytes]] = {number: {} for number in range(len(users))}

    over = threading.Event()

    def upload_until_it_is_over(number: int, url: str) -> None:
        with contextlib.suppress(requests.RequestException):
            for size in range(100):
                if over.is_set():
                    return
                content = photo(40 + size, 30 + number)
                response = upload(url, content, users[number])
                if response.status_code == 201:
                    kept[number][response.json()["record"]["record_id"]] = content

    with ThreadPoolExecutor(len(users)) as pool, running(environ | {"USER_LIMIT": "100"}, tmp_path) as run:
        for user in users:
            user.get(f"{run.url}/api/list")
        for number in range(len(users)):
            pool.submit(upload_until_it_is_over, number, run.url)
        _wait_for(lambda: sum(map(len, kept.values())) > 20)
        _kill(run, everything=killed == "all")
        over.set()
    with running(environ | {"USER_LIMIT": "100"}, tmp_path) as run:
        for number, user in enumerate(users):
            body = user.get(f"{run.url}/api/list").json()
            listed = {record["record_id"]: record for record in body["records"]}
            assert set(kept[number]) <= set(listed)
            assert body["used"] == len(listed)
            for record_id, content in kept[number].items():
                assert user.get(run.url + listed[record_id]["original_url"]).content == content
            for record in body["records"]:  # also records whose answer was on its way at the time of the kill
                assert user.get(run.url + record["processed_url"]).content.startswith(b"\x89PNG")


def _wait_for(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _kill(run: Run, *, everything: bool) -> None:
    victims = run.children() if everything else []
    for process in [psutil.Process(run.process.pid), *victims]:
        process.kill()
    run.process.wait(PATIENCE)
