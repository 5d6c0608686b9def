"""`python -m infra.keys` for operators, and a key's limits under races."""

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pymongo
import pytest
import requests

from common.domain.removal_errors import KeyExhausted, KeyTooFast
from common.service.api_keys import ApiKeys
from common.settings import SETTINGS
from common.storage.mongo.key_store import MongoApiKeyStore
from infra.local import FUNCTIONS, ROOT
from tests.local_run import running
from tests.objectcut import ObjectCut
from tests.photos import photo
from tests.ports import free_port

CALLS, LIMIT, THREADS = 192, 50, 16


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Settings with a new data folder and without this process's own; commands run in HOME."""
    ours = {*SETTINGS, "PORT", "DATA_DIR", "MONGO_URI"}
    others = {name: value for name, value in os.environ.items() if name not in ours}
    paths = {"PYTHONPATH": f"{ROOT}:{FUNCTIONS}", "DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path)}
    return others | paths


def keys(environ: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "infra.keys", *arguments]
    return subprocess.run(
        command, cwd=environ["HOME"], env=dict(environ), capture_output=True, text=True, timeout=60
    )


def added(environ: Mapping[str, str], *arguments: str) -> str:
    """Add a key and return it."""
    result = keys(environ, "add", *arguments)
    assert result.returncode == 0, result.stderr
    (key,) = result.stdout.splitlines()
    return key


def refusal(environ: Mapping[str, str], *arguments: str) -> str:
    """Run a failing command, and return its only line."""
    result = keys(environ, *arguments)
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.extended
def test_keys_are_added_listed_and_revoked_while_nothing_runs(environ: dict[str, str]) -> None:
    key = added(environ, "shop", "--per-minute", "5", "--per-month", "900")
    assert len(key) >= 43
    assert "named shop already" in refusal(environ, "add", "shop")

    heading, row = keys(environ, "list").stdout.splitlines()
    assert heading.split()[0] == "NAME"
    assert row.split()[0] == "shop"
    assert row.split()[2:] == ["5", "900", "0", "valid"]
    assert key not in row

    assert keys(environ, "revoke", "shop").returncode == 0
    assert "no valid key named shop" in refusal(environ, "revoke", "shop")
    again = added(environ, "shop")
    rows = keys(environ, "list").stdout.splitlines()[1:]
    assert [row.split()[5] for row in rows] == ["revoked", "valid"]
    assert again != key


def test_keys_are_used_and_revoked_beside_a_running_service(
    environ: dict[str, str], tmp_path: Path, provider: ObjectCut
) -> None:
    settings = {
        "PORT": str(free_port()),
        "DATA_DIR": environ["DATA_DIR"],
        "X_RAPID_API_KEY": provider.key,
        "X_RAPID_API_HOST": provider.host,
        "API_KEYS": "required",
    }
    with running(settings, tmp_path) as run:
        headers = {"X-Api-Key": added(environ, "shop", "--per-month", "2")}

        def call() -> requests.Response:
            files = {"image_file": ("a.png", photo())}
            return requests.post(f"{run.url}/v1.0/removebg", files=files, headers=headers, timeout=30)

        assert [call().status_code for _ in range(3)] == [200, 200, 402]
        assert keys(environ, "list").stdout.splitlines()[1].split()[4] == "2"
        assert keys(environ, "revoke", "shop").returncode == 0
        assert call().status_code == 403
    assert "revoked" in keys(environ, "list").stdout


def test_mongo_uri_names_another_database(environ: dict[str, str], mongo_uri: str) -> None:
    settings = {**environ, "MONGO_URI": mongo_uri, "MONGO_DB": "keys_of_another"}
    key = added(settings, "shop")

    with pymongo.MongoClient[dict[str, Any]](mongo_uri) as mongo:
        (document,) = mongo["keys_of_another"]["api_keys"].find()
    assert document["name"] == "shop"
    assert key not in str(document)
    assert not Path(environ["DATA_DIR"]).exists()


def test_settings_are_read_from_a_file_too(environ: dict[str, str], tmp_path: Path, mongo_uri: str) -> None:
    (tmp_path / ".env").write_text(f"MONGO_URI={mongo_uri}\nMONGO_DB=keys_of_a_file\n")
    added(environ, "shop")

    with pymongo.MongoClient[dict[str, Any]](mongo_uri) as mongo:
        assert mongo["keys_of_a_file"]["api_keys"].count_documents({}) == 1


@pytest.mark.extended
def test_a_database_that_does_not_answer_is_reported_in_one_line(environ: dict[str, str]) -> None:
    nowhere = f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=200"
    assert "MONGO_URI" in refusal({**environ, "MONGO_URI": nowhere}, "list")


def test_a_wrong_setting_is_reported_in_one_line(environ: dict[str, str]) -> None:
    assert "MONGO_URI" in refusal({**environ, "MONGO_URI": "not a uri"}, "list")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "COMMAND"),
        (("add",), "NAME"),
        (("add", " "), "printable characters"),
        (("add", "n" * 101), "printable characters"),
        (("add", "a\tb"), "printable characters"),
        (("add", "shop", "--per-minute", "0"), "not a whole number from 1"),
        (("add", "shop", "--per-month", "many"), "not a whole number from 1"),
        (("sell", "shop"), "sell"),
    ],
)
def test_wrong_arguments_are_reported_and_change_nothing(
    environ: dict[str, str], arguments: tuple[str, ...], told: str
) -> None:
    result = keys(environ, *arguments)

    assert result.returncode == 2
    assert told in result.stderr
    assert not Path(environ["DATA_DIR"]).exists()


@pytest.mark.parametrize("arguments", [("--help",), ("add", "--help"), ("revoke", "--help")])
def test_help_is_shown(environ: dict[str, str], arguments: tuple[str, ...]) -> None:
    result = keys(environ, *arguments)

    assert result.returncode == 0
    assert "usage: python -m infra.keys" in result.stdout


@pytest.mark.parametrize("window", ["per_minute", "per_month"])
def test_of_192_racing_calls_exactly_50_are_within_the_limit(mongo_uri: str, window: str) -> None:
    with pymongo.MongoClient[dict[str, Any]](mongo_uri) as mongo:
        api_keys = ApiKeys(MongoApiKeyStore(mongo["race_of_keys"][window]))
        key = str(api_keys.add("racer", **{window: LIMIT}))

        def is_admitted(_: int) -> bool:
            try:
                api_keys.count(key)
            except (KeyTooFast, KeyExhausted):
                return False
            return True

        with ThreadPoolExecutor(THREADS) as pool:
            admitted = list(pool.map(is_admitted, range(CALLS)))
    assert admitted.count(True) == LIMIT
