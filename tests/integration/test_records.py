"""Leases and records over the real wire protocol, for what mongomock cannot do."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

import pymongo
import pytest
from pymongo.collection import Collection

from common.domain.errors import ImageTooLarge, LimitReached
from common.domain.models import Lease, PictureDetails, TimeWindow
from common.storage.mongo.connection import connect
from common.storage.mongo.leases import MongoLeases
from common.storage.mongo.records import MongoRecords
from infra.local import FUNCTIONS
from tests.fakes import UPLOAD

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
AGES_AGO = NOW - timedelta(days=365)
PROCESSES, LIMIT = 6, 10


@pytest.fixture
def database(mongo_uri: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a new database."""
    name = f"records_{abs(hash(request.node.name)):x}"
    yield name
    with pymongo.MongoClient[dict[str, Any]](mongo_uri) as mongo:
        mongo.drop_database(name)


@pytest.fixture
def images(mongo_uri: str, database: str) -> Iterator["Collection[dict[str, Any]]"]:
    collection = connect(mongo_uri, database)
    yield collection
    collection.database.client.close()


def acquire(leases: MongoLeases, user_id: str, limit: int) -> Lease:
    lease = leases.acquire(user_id, UPLOAD, limit=limit, now=NOW, valid=TimeWindow(AGES_AGO))
    assert lease
    return lease


def acquire_four(uri: str, database: str) -> list[str]:
    """Start like a function and race for slots, in a separate process."""
    collection = connect(uri, database)
    leases, taken = MongoLeases(collection), []
    for _ in range(4):
        try:
            taken.append(acquire(leases, "racer", LIMIT).record.record_id)
        except LimitReached:
            continue
    collection.database.client.close()
    return taken


def test_processes_that_start_at_once_share_indexes_and_slots(
    mongo_uri: str, database: str, images: "Collection[dict[str, Any]]"
) -> None:
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        racers = [pool.submit(acquire_four, mongo_uri, database) for _ in range(PROCESSES)]
        taken = [record_id for racer in racers for record_id in racer.result()]
    assert len(taken) == len(set(taken)) == LIMIT
    assert sorted(document["slot"] for document in images.find()) == list(range(LIMIT))
    assert set(images.index_information()) == {
        "_id_",
        "slot",
        "idempotency",
        "twins",
        "deleted",
        "shelf",
        "age",
        "claims",
    }


def test_a_document_beyond_the_servers_limit_is_an_image_too_large(
    images: "Collection[dict[str, Any]]",
) -> None:
    leases = MongoLeases(images)
    lease = acquire(leases, "me", 1)
    details = PictureDetails("image/png", 1, 1, 1, "0" * 64)
    with pytest.raises(ImageTooLarge):
        leases.complete("me", lease.record.record_id, details, {"preview": bytes(17 * 1024 * 1024)})
    assert MongoRecords(images).list("me").records == ()


def test_cleanup_runs_without_http(mongo_uri: str, images: "Collection[dict[str, Any]]") -> None:
    images.insert_one({"user_id": "me", "image_name": "old", "created_on": "2020-01-01 00:00:00"})
    images.insert_one({"user_id": "me", "image_name": "new", "created_on": "2999-01-01 00:00:00"})
    done = run_cleanup({"MONGO_URI": mongo_uri, "MONGO_DB": images.database.name})
    assert (done.returncode, done.stderr) == (0, "")
    report = {
        "deleted_records": 1,
        "released_claims": 0,
        "deleted_images": 0,
        "more": False,
        "skipped_records": 0,
    }
    assert json.loads(done.stdout) == report
    assert [document["image_name"] for document in images.find()] == ["new"]


def test_cleanup_skips_odd_documents_and_counts_them(
    mongo_uri: str, images: "Collection[dict[str, Any]]"
) -> None:
    old = {"image_name": "old", "created_on": "2020-01-01 00:00:00"}
    images.insert_many([{"_id": "a text", "user_id": "me", **old}, old, {"user_id": "me", **old}])
    done = run_cleanup({"MONGO_URI": mongo_uri, "MONGO_DB": images.database.name, "LOG_LEVEL": "ERROR"})
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["deleted_records"], report["skipped_records"]) == (1, 2)
    assert images.count_documents({}) == 2


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"MONGO_URI": ""}, "cleanup: MONGO_URI is not set"),
        ({"MONGO_URI": "mongodb://127.0.0.1:1"}, "cleanup: The service is not available"),
    ],
)
def test_a_cleanup_that_cannot_run_says_why_in_a_line_and_fails(environ: dict[str, str], told: str) -> None:
    done = run_cleanup(environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(told)
    assert len(done.stderr.splitlines()) == 1


def run_cleanup(environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "cleanup.py"]
    return subprocess.run(
        command, cwd=FUNCTIONS, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
