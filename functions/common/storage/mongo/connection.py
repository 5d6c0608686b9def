"""The connection to MongoDB."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import pymongo
from pymongo.collection import Collection
from pymongo.errors import ConnectionFailure, DocumentTooLarge, OperationFailure, PyMongoError

from common import timeouts
from common.domain.errors import ImageTooLarge, Unavailable

if TYPE_CHECKING:
    from common.storage.mongo.documents import Document

Records: TypeAlias = "Collection[Document]"


def connect(uri: str, database: str) -> Records:
    """Return the collection of records; the first call connects."""
    client: pymongo.MongoClient[Document] = pymongo.MongoClient(
        uri,
        appname="image-background-remover",
        connect=False,
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=int(timeouts.DATABASE_SELECTION_SECONDS * 1_000),
        connectTimeoutMS=int(timeouts.DATABASE_CONNECT_SECONDS * 1_000),
        socketTimeoutMS=int(timeouts.DATABASE_SOCKET_SECONDS * 1_000),
    )
    return client[database]["images"]


@contextlib.contextmanager
def driver_errors() -> Iterator[None]:
    """Translate the driver's exceptions to ours."""
    try:
        yield
    except DocumentTooLarge as error:
        raise ImageTooLarge from error
    except PyMongoError as error:
        _note(error)
        raise Unavailable from error


@driver_errors()
def check_health(records: Records) -> None:
    """Raise Unavailable unless a read succeeds within 2 seconds; with a full disk a ping still would."""
    with pymongo.timeout(timeouts.DATABASE_PING_SECONDS):
        records.find_one({"_id": None}, ["_id"])


def _note(error: PyMongoError) -> None:
    """Add the part of the driver's text without secrets for the log: the error's name or the missing server.

    The text of other errors may quote documents.
    """
    if isinstance(error, OperationFailure):
        error.add_note(str((error.details or {}).get("codeName") or f"code {error.code}"))
    elif isinstance(error, ConnectionFailure):
        error.add_note(str(error).partition(", Timeout:")[0])
