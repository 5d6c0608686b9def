"""What Google Cloud Storage and the way to it can fail with, each as one line that says what to do."""

import contextlib
from collections.abc import Iterator

import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud.storage.exceptions import DataCorruption

from infra.site.errors import SiteError

_FAULTS = (api.GoogleAPIError, auth.GoogleAuthError, requests.RequestException, DataCorruption)


@contextlib.contextmanager
def explained(bucket: str) -> Iterator[None]:
    """Turn the failures of calls about this bucket into SiteError."""
    try:
        yield
    except _FAULTS as error:
        # A RetryError only tells how long it was tried; what went wrong each time is its cause.
        cause = error.cause if isinstance(error, api.RetryError) and error.cause else error
        raise SiteError(_sentence(cause, f"gs://{bucket}")) from error


def _sentence(error: Exception, bucket: str) -> str:
    match error:
        case auth.DefaultCredentialsError():
            way = "run `gcloud auth application-default login` or set GOOGLE_APPLICATION_CREDENTIALS"
            return f"There are no usable Google Cloud credentials here: {way}. ({_first_line(error)})"
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
    """Return what the server says, or else the error's own words."""
    with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
        return str(error.response.json()["error"]["message"]).splitlines()[0]  # type: ignore[attr-defined]
    return next(iter(str(error).splitlines()), type(error).__name__)
