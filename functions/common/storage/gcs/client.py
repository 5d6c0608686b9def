"""Calls to Cloud Storage: for how long they are tried, how many at once, and what they fail with."""

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

from common.domain.errors import Unavailable

T = TypeVar("T")
A = TypeVar("A")

# What fails is tried again for 20 seconds, one try waits 5 for a connection and 30 for an answer.
PATIENCE = {"retry": DEFAULT_RETRY.with_timeout(20), "timeout": (5, 30)}
_AT_ONCE = 16  # calls
_HOPEFUL = 10  # seconds
_CONNECTIONS = 64  # kept open; by default it is ten, and a function takes more requests at a time
_FAULTS = (api.GoogleAPIError, auth.GoogleAuthError, requests.RequestException, DataCorruption)

logger = logging.getLogger(__name__)


def connect(name: str) -> storage.Bucket:
    """Return the bucket of this name; nothing is asked of it yet."""
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
    """Return the MD5 of some bytes, written as Cloud Storage tells it of an object."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def at_once(call: Callable[[A], T], arguments: Iterable[A]) -> list[T]:
    """Make all of the calls, then raise what the first of them that failed did.

    In an outage each would wait for long, so when that takes long already the rest is not tried.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        made = [pool.submit(call, argument) for argument in arguments]
        wait(made, timeout=_HOPEFUL)
        wait(made, return_when=FIRST_EXCEPTION)
        for each in made:
            each.cancel()
    return [each.result() for each in made]
