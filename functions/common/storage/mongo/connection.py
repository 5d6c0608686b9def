"""The connection to MongoDB."""

import contextlib
from collections.abc import Iterator

import pymongo
from pymongo.collection import Collection
from pymongo.errors import DocumentTooLarge, PyMongoError

from common.domain.errors import ImageTooLarge, Unavailable
from common.storage.mongo.documents import Document


def connect(uri: str, database: str) -> "Collection[Document]":
    """Return the collection of records; the connection is made when it is first used."""
    client: pymongo.MongoClient[Document] = pymongo.MongoClient(
        uri,
        appname="image-background-remover",
        connect=False,
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=5_000,
        socketTimeoutMS=30_000,
    )
    return client[database]["images"]


@contextlib.contextmanager
def driver_errors() -> Iterator[None]:
    """Turn the driver's exceptions into ours."""
    try:
        yield
    except DocumentTooLarge as error:
        raise ImageTooLarge from error
    except PyMongoError as error:
        raise Unavailable from error
