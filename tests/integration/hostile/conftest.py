"""A victim on each host, and checks that nobody's data changes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pymongo
import pytest
from bson import ObjectId, encode
from pymongo.collection import Collection

from tests.integration.client import Client
from tests.integration.hosts import Host

Documents = Collection[dict[str, Any]]


@dataclass(frozen=True)
class Victim:
    """A user with a picture, whom no attack may affect."""

    token: str
    user_id: str
    record_id: str


@pytest.fixture(scope="session")
def documents(host: Host, mongo_uri: str) -> Iterator[Documents]:
    """The documents in the database, through one connection for all tests."""
    with pymongo.MongoClient[dict[str, Any]](mongo_uri) as mongo:
        yield mongo[host.database]["images"]


@pytest.fixture(scope="session")
def victim(host: Host) -> Victim:
    client = Client(host)
    record = client.keep(name="the victim's")
    return Victim(client.token(), client.list()["user_id"], record["record_id"])


@pytest.fixture
def unharmed(victim: Victim, documents: Documents) -> Iterator[None]:
    """Check that the victim's record stays the same to the byte."""
    before = _digest(documents, victim)
    yield
    assert _digest(documents, victim) == before


@pytest.fixture
def untouched(unharmed: None, documents: Documents) -> Iterator[None]:
    """Check that a test leaves no data behind, and changes nobody's."""
    before = _everything(documents)
    yield
    assert _everything(documents) == before


def _digest(documents: Documents, victim: Victim) -> str:
    document = documents.find_one({"_id": ObjectId(victim.record_id), "user_id": victim.user_id})
    assert document
    return hashlib.sha256(encode(document)).hexdigest()


def _everything(documents: Documents) -> list[dict[str, Any]]:
    shown = ["user_id", "image_name", "status", "slot"]
    return list(documents.find({}, shown, sort=[("_id", pymongo.ASCENDING)]))
