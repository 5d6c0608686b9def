"""The Cloud Storage client: connection, retries, parallel calls and errors."""

import base64
import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption
from google.cloud.storage.retry import DEFAULT_RETRY
from requests.adapters import HTTPAdapter

from common import timeouts
from common.domain.errors import Unavailable

T = TypeVar("T")
A = TypeVar("A")

RETRIES = {  # the options of a call
    "retry": DEFAULT_RETRY.with_timeout(timeouts.STORAGE_RETRY_SECONDS),
    "timeout": (timeouts.STORAGE_CONNECT_SECONDS, timeouts.STORAGE_READ_SECONDS),
}
_AT_ONCE = 16  # calls
_CONNECTIONS = 64  # kept open; the default, ten, is less than a function's concurrent requests
_FAULTS = (api.GoogleAPIError, auth.GoogleAuthError, requests.RequestException, DataCorruption)

logger = logging.getLogger(__name__)


def connect(name: str) -> storage.Bucket:
    """Return the bucket of this name; nothing is requested yet."""
    with driver_errors():
        client = storage.Client(project=None)
    for scheme in ("https://", "http://"):  # http is for emulators
        client._http.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))
    return client.bucket(name)


@contextlib.contextmanager
def driver_errors() -> Iterator[None]:
    """Translate the client's exceptions to Unavailable."""
    try:
        yield
    except _FAULTS as error:
        cause = error.cause if isinstance(error, api.RetryError) and error.cause else error
        _note(cause)
        raise Unavailable from cause


def _note(error: BaseException) -> None:
    """Add Cloud Storage's status and reasons for the log; its messages name objects and accounts."""
    if isinstance(error, api.GoogleAPICallError):
        details = [each for each in error.errors if isinstance(each, dict)]
        reasons = [str(each["reason"]) for each in details if "reason" in each]
        error.add_note(" ".join([str(int(error.code or 0)), *reasons]))


def checksum(content: bytes) -> str:
    """Return the MD5 in Cloud Storage's encoding."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def in_parallel(call: Callable[[A], T], arguments: Iterable[A]) -> list[T]:
    """Run all calls in parallel; raise the first failure.

    In an outage each call waits long, so if one has failed after a grace period, cancel those that have not
    started.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        made = [pool.submit(call, argument) for argument in arguments]
        wait(made, timeout=timeouts.STORAGE_GRACE_SECONDS)
        wait(made, return_when=FIRST_EXCEPTION)
        for each in made:
            each.cancel()
    return [each.result() for each in made]
