"""Calls to Cloud Storage: how long they are retried, how many run in parallel, and how they fail."""

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
_CONNECTIONS = 64  # kept open; by default it is ten, and a function takes more requests at a time
_FAULTS = (api.GoogleAPIError, auth.GoogleAuthError, requests.RequestException, DataCorruption)

logger = logging.getLogger(__name__)


def connect(name: str) -> storage.Bucket:
    """Return the bucket of this name; nothing is requested yet."""
    with driver_errors():
        client = storage.Client(project=None)
    for scheme in ("https://", "http://"):  # the latter is an emulator's
        client._http.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))
    return client.bucket(name)


@contextlib.contextmanager
def driver_errors() -> Iterator[None]:
    """Turn the client's exceptions into ours."""
    try:
        yield
    except _FAULTS as error:
        cause = error.cause if isinstance(error, api.RetryError) and error.cause else error
        _note(cause)
        raise Unavailable from cause


def _note(error: BaseException) -> None:
    """Add the status and the reason that Cloud Storage gave; its sentences name objects and accounts."""
    if isinstance(error, api.GoogleAPICallError):
        details = [each for each in error.errors if isinstance(each, dict)]
        reasons = [str(each["reason"]) for each in details if "reason" in each]
        error.add_note(" ".join([str(int(error.code or 0)), *reasons]))


def checksum(content: bytes) -> str:
    """Return the MD5 of some bytes in the notation of Cloud Storage."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def in_parallel(call: Callable[[A], T], arguments: Iterable[A]) -> list[T]:
    """Run all calls in parallel; raise the first failure.

    In an outage each call waits long, so the rest is cancelled if one has failed after a grace period.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        made = [pool.submit(call, argument) for argument in arguments]
        wait(made, timeout=timeouts.STORAGE_GRACE_SECONDS)
        wait(made, return_when=FIRST_EXCEPTION)
        for each in made:
            each.cancel()
    return [each.result() for each in made]
