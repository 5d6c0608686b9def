"""What the database and the bucket can fail with, each as one line that says what to do."""

import contextlib
from collections.abc import Iterator

from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError

from infra.cloud_storage import explained as explained_storage
from infra.cloud_storage import unwrapped
from infra.errors import CommandError
from infra.migrate.errors import MigrationError

BAD_URI = "MONGO_URI cannot be used; check how it is written, and the name of its host."


@contextlib.contextmanager
def explained(bucket: str) -> Iterator[None]:
    """Turn what the drivers and their adapters fail with into MigrationError."""
    try:
        with explained_storage(bucket), unwrapped():
            yield
    except CommandError as error:
        raise MigrationError(str(error)) from error
    except PyMongoError as error:
        raise MigrationError(_sentence(error)) from error


def _sentence(error: PyMongoError) -> str:
    match error:
        case InvalidURI() | ConfigurationError():
            return BAD_URI
        case OperationFailure():
            # Not its message, which may quote the record.
            name = (error.details or {}).get("codeName", f"code {error.code}")
            return f"The database refuses; check that MONGO_URI may read and write. ({name})"
        case _:
            return (
                f"The database cannot be reached; check MONGO_URI and the network. ({type(error).__name__})"
            )
