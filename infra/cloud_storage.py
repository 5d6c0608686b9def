"""Cloud Storage for commands: the retries of calls, and errors as one line each."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.retry import DEFAULT_RETRY

from common.domain.errors import Unavailable
from infra.errors import CommandError

# Commands report an error in one line; the log of the service's adapters may name users.
logging.getLogger("common").addHandler(logging.NullHandler())

_CONNECT_SECONDS, _READ_SECONDS = 10, 60
_FAULTS = (
    api.GoogleAPIError,
    auth.GoogleAuthError,
    requests.RequestException,
    DataCorruption,
    InvalidResponse,  # an upload failed after all retries
)


def call_options(timeout: float) -> dict[str, Any]:
    """Return the options of a call that is retried for `timeout` seconds."""
    return {
        "retry": DEFAULT_RETRY.with_timeout(timeout),
        "timeout": (min(_CONNECT_SECONDS, timeout), _READ_SECONDS),
    }


@contextlib.contextmanager
def explained(bucket: str) -> Iterator[None]:
    """Translate errors of calls to this bucket to CommandError."""
    try:
        with _unwrapped():
            yield
    except _FAULTS as error:
        # A RetryError only says how long the call was retried; its cause says why it failed.
        cause = error.cause if isinstance(error, api.RetryError) and error.cause else error
        raise CommandError(_sentence(cause, f"gs://{bucket}")) from error


@contextlib.contextmanager
def _unwrapped() -> Iterator[None]:
    """Raise the driver's exception instead of the Unavailable that the service's adapter raised from it."""
    try:
        yield
    except Unavailable as error:
        if error.__cause__ is None:
            raise
        raise error.__cause__ from None


def _sentence(error: Exception, bucket: str) -> str:
    match error:
        case auth.DefaultCredentialsError():
            advice = "run `gcloud auth application-default login` or set GOOGLE_APPLICATION_CREDENTIALS"
            return f"There are no usable Google Cloud credentials here: {advice}. ({_first_line(error)})"
        case api.Unauthorized() | auth.RefreshError():
            return f"Google Cloud refuses the credentials; sign in again. ({_first_line(error)})"
        case api.Forbidden():
            return f"{bucket} needs roles/storage.objectUser for this account. ({_first_line(error)})"
        case api.NotFound():
            return f"There is no bucket {bucket}. Check the name, or create it."
        case api.PreconditionFailed():
            return f"Something else changed {bucket} in the meantime. Run again, one run at a time."
        case auth.TransportError() | requests.RequestException():
            return f"Google Cloud Storage cannot be reached; check the network. ({_first_line(error)})"
        case _:
            return f"Google Cloud Storage failed; try again later. ({_first_line(error)})"


def _first_line(error: Exception) -> str:
    """Return the first line of the server's message, or else of the exception's."""
    with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
        return str(error.response.json()["error"]["message"]).splitlines()[0]  # type: ignore[attr-defined]
    return next(iter(str(error).splitlines()), type(error).__name__)
