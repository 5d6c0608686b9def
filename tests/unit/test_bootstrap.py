"""Building the parts from the settings."""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace

import pytest
from pymongo.errors import ConfigurationError

from common import bootstrap
from common.domain.errors import LimitReached
from common.imaging.worker_codec import WorkerCodec
from common.removers.fallback import FallbackRemover
from common.removers.local import LocalRemover
from common.removers.rapidapi import RapidApiRemover
from common.settings import Settings, SettingsError
from common.storage.gcs.store import BucketImageStore
from common.storage.inline import InlineImageStore
from common.storage.mongo import connection
from endpoints import APPLICATION_REQUIRES
from infra.local import FUNCTIONS
from tests.fakes import SECRET, Steps, settings
from tests.looking import WORKERS
from tests.mongo import MongoImages
from tests.photos import photo


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """Return a database in memory, and record the address of the connection."""
    connections: list[tuple[str, str]] = []

    def connect(uri: str, database: str) -> MongoImages:
        connections.append((uri, database))
        return MongoImages()

    monkeypatch.setattr(connection, "connect", connect)
    monkeypatch.setattr("common.imaging.workers.Workers", lambda **_: WORKERS)
    yield connections
    bootstrap.provide(None)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "MONGO_URI": "mongodb://db",
        "APP_SECRET_KEY": SECRET,
        "X_RAPID_API_KEY": "key",
        "USER_LIMIT": "7",
    }.items():
        monkeypatch.setenv(name, value)


def test_the_parts_follow_the_settings(connected: list[tuple[str, str]]) -> None:
    chosen = settings(mongo_uri="mongodb://db", mongo_db="pictures", user_limit=3, retention_days=9)

    built = bootstrap.build(chosen)

    assert connected == [("mongodb://db", "pictures")]
    assert built.settings is chosen
    assert (built.uploads().user_limit, built.retention().period) == (3, timedelta(days=9))
    assert isinstance(built.uploads().codec(), WorkerCodec)


def test_a_retention_of_0_days_keeps_for_ever() -> None:
    assert bootstrap.build(settings(retention_days=0)).retention().period is None


def test_a_function_without_a_secret_key_has_no_sessions() -> None:
    assert bootstrap.build(settings(app_secret_keys=())).sessions is None
    sessions = bootstrap.build(settings()).sessions
    assert sessions is not None
    assert sessions.read(sessions.issue("me")).user_id == "me"


def test_removers_are_made_when_they_are_first_asked_for(weights: Path) -> None:
    def remover(*names: str) -> object:
        return (
            bootstrap.build(settings(remover=names, x_rapid_api_key="key", local_model_path=weights))
            .uploads()
            .remover()
        )

    assert isinstance(remover("rapidapi"), RapidApiRemover)
    assert isinstance(remover("local"), LocalRemover)
    assert isinstance(remover("rapidapi", "local"), FallbackRemover)


def test_images_are_kept_in_the_configured_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1")  # nothing is requested from it

    assert isinstance(bootstrap.build(settings()).uploads().images(), InlineImageStore)
    assert isinstance(bootstrap.build(settings(image_bucket="b")).uploads().images(), BucketImageStore)


def test_cloud_storage_costs_a_start_nothing_until_it_is_needed() -> None:
    look = "import sys; from common.bootstrap import Settings, build;"
    look += " build(Settings(mongo_uri='mongodb://db', image_bucket='b'));"
    look += " print('google.cloud.storage' in sys.modules)"

    said = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, cwd=FUNCTIONS, text=True, check=True
    )

    assert said.stdout.strip() == "False"


def test_a_local_remover_without_a_model_fails_when_it_is_needed() -> None:
    uploads = bootstrap.build(settings(remover=("local",))).uploads()

    with pytest.raises(SettingsError, match="LOCAL_MODEL_PATH is not set"):
        uploads.remover()


@pytest.mark.parametrize(
    ("model", "told"), [("u2net", "should have u2net.onnx in it"), ("rmbg", "LOCAL_MODEL is malformed")]
)
def test_a_local_model_without_its_files_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, model: str, told: str
) -> None:
    for name, value in {"REMOVER": "local", "LOCAL_MODEL": model, "LOCAL_MODEL_PATH": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        bootstrap.check_settings({"REMOVER"})

    assert ended.value.code == 3
    [line] = capsys.readouterr().err.splitlines()
    assert told in line


def test_a_part_is_made_once_even_when_several_threads_ask_at_the_same_moment() -> None:
    uploads = bootstrap.build(settings()).uploads()
    together = Barrier(8)

    def ask(_: int) -> int:
        together.wait(10)
        return id(uploads.codec())

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(8)))) == 1


def test_the_parts_of_an_upload_are_loaded_ahead_once(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps()
    workers = SimpleNamespace(start=lambda: steps.take("start"))
    monkeypatch.setattr(bootstrap, "_workers", lambda _: workers)
    monkeypatch.setattr(bootstrap, "_remover", lambda *_: steps.take("load"))
    built = bootstrap.build(settings())
    assert steps.taken == []

    for _ in range(2):
        built.prepare()
    _finish_loading()

    assert steps.taken == ["start", "load"]


def test_a_failure_to_load_ahead_is_raised_on_use() -> None:
    built = bootstrap.build(settings(remover=("local",)))

    built.prepare()
    _finish_loading()

    with pytest.raises(SettingsError, match="LOCAL_MODEL_PATH is not set"):
        built.uploads().remover()


def _finish_loading() -> None:
    for thread in threading.enumerate():
        if thread.name == "load ahead":
            thread.join(60)


def test_the_built_parts_keep_pictures_within_the_limit(weights: Path) -> None:
    parts = bootstrap.build(settings(remover=("local",), local_model_path=weights, user_limit=1))

    added = parts.uploads().add("me", photo(), name="cat", file_name="")

    _, processed = parts.gallery().read("me", added.record.record_id, "processed")
    assert processed.content_type == "image/png"
    assert processed.image.open().read().startswith(b"\x89PNG")
    with pytest.raises(LimitReached):
        parts.uploads().add("me", photo(), name="dog", file_name="")


@pytest.mark.usefixtures("environment")
def test_the_parts_are_built_once_a_process_from_the_environment(connected: list[tuple[str, str]]) -> None:
    bootstrap.check_settings(APPLICATION_REQUIRES)

    first, second = bootstrap.parts(), bootstrap.parts()

    assert first is second
    assert first.settings.user_limit == 7
    assert len(connected) == 1


@pytest.mark.usefixtures("environment")
def test_parts_that_are_provided_are_used_until_none_are() -> None:
    bootstrap.check_settings(APPLICATION_REQUIRES)
    given = bootstrap.build(settings(user_limit=99))

    bootstrap.provide(given)
    assert bootstrap.parts() is given
    bootstrap.provide(None)
    assert bootstrap.parts().settings.user_limit == 7


@pytest.mark.usefixtures("environment")
def test_parts_that_could_not_be_built_are_built_at_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str) -> None:
        raise ConfigurationError("the name cannot be resolved")

    bootstrap.check_settings(APPLICATION_REQUIRES)
    with monkeypatch.context() as failing:
        failing.setattr(connection, "connect", fail)
        with pytest.raises(ConfigurationError):
            bootstrap.parts()

    assert bootstrap.parts().settings.mongo_uri == "mongodb://db"


def test_a_process_without_a_setting_ends_with_one_line_that_names_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        bootstrap.check_settings(APPLICATION_REQUIRES)

    assert ended.value.code == 3
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("MONGO_URI is not set; it should be ")


@pytest.mark.usefixtures("environment")
def test_a_process_with_its_settings_starts_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap.check_settings(APPLICATION_REQUIRES)

    assert capsys.readouterr() == ("", "")


def test_the_driver_never_logs_what_it_sends() -> None:
    bootstrap.build(settings(log_level="DEBUG"))

    assert logging.getLogger("pymongo").getEffectiveLevel() == logging.WARNING
    assert logging.getLogger("pymongo.command").getEffectiveLevel() == logging.WARNING


def test_settings_that_nobody_read_are_settings_too() -> None:
    with bootstrap.build(Settings()).uploads().codec().open(photo()) as picture:
        assert picture.content_type == "image/png"
