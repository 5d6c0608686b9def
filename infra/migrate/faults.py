"""Describe errors of the database and the bucket, each as one line that says what to do."""

import contextlib
from collections.abc import Iterator

from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError

from infra import cloud_storage
from infra.errors import CommandError

BAD_URI = "MONGO_URI cannot be used; check how it is written, and the name of its host."


@contextlib.contextmanager
def explained(bucket: str) -> Iterator[None]:
    """Translate errors of calls to the bucket and the database to CommandError."""
    try:
        with cloud_storage.explained(bucket):
            yield
    except PyMongoError as error:
        raise CommandError(_sentence(error)) from error


def _sentence(error: PyMongoError) -> str:
    match error:
        case InvalidURI() | ConfigurationError():
            return BAD_URI
        case OperationFailure():
            # Without the message, because it may quote the record.
            name = (error.details or {}).get("codeName", f"code {error.code}")
            return f"The database refuses; check that MONGO_URI may read and write. ({name})"
        case _:
            return (
                f"The database cannot be reached; check MONGO_URI and the network. ({type(error).__name__})"
            )
