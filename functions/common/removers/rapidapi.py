"""ObjectCut's background removal, called through RapidAPI's gateway."""

import base64
import logging
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from threading import Thread
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter

from common import timeouts
from common.domain.errors import PictureError, RateLimited, RemoverError, RemoverFailed, RemoverTimeout
from common.domain.mattes import Look, Matte
from common.observability.request_context import bind, timed
from common.removers import objectcut

logger = logging.getLogger(__name__)

_RETRIES = 2
_CONNECTIONS = 64
_MOST_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024
_HOUR = 3600
_LONGEST_RESET = 32 * 24 * _HOUR  # seconds; no quota period is longer than a month
_HINTS = {
    401: "check X_RAPID_API_KEY, RapidAPI does not know this key",
    403: "check X_RAPID_API_KEY, its application is not subscribed to the API on X_RAPID_API_HOST",
    404: "check X_RAPID_API_HOST, RapidAPI knows no such API",
}
_QUOTA_USED_UP = "The background removal service has no requests left for now. Try again later."
_CONNECTION_ERRORS = (
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.HTTPError,
)


# Returns the alpha channel of a PNG of exactly this size, or raises PictureError.
AlphaReader = Callable[[bytes, tuple[int, int]], Matte]
_Outcome = TypeVar("_Outcome")


class _TryAgain(Exception):
    """An attempt failed, but another one may succeed; `error` is raised if no retry is left."""

    def __init__(self, error: RemoverError, wait: float | None = None) -> None:
        super().__init__(error.code)
        self.error = error
        self.wait = wait


@dataclass
class _Budget:
    """The time and retries left to one call, for both base64 alphabets together."""

    deadline: float  # of time.monotonic()
    retries: int = _RETRIES

    def seconds(self, needed: float = 0) -> float:
        """Return the remaining time, or raise RemoverTimeout unless it is more than `needed`."""
        left = self.deadline - time.monotonic()
        if left <= needed:
            logger.warning("ObjectCut did not answer within the time of a call")
            raise RemoverTimeout
        return left

    def wait_to_retry(self, again: _TryAgain, backoff: float) -> None:
        """Sleep before another attempt, or raise an error if no attempt is left."""
        if not self.retries:
            raise again.error from None
        jittered = backoff * 2 ** (_RETRIES - self.retries) * random.uniform(0.5, 1.5)  # noqa: S311
        wait = jittered if again.wait is None else again.wait
        self.seconds(needed=wait)
        self.retries -= 1
        time.sleep(wait)


class RapidApiRemover:
    """Lets ObjectCut remove the background; one instance serves any number of threads.

    `host` is the API's host name on RapidAPI, or the origin `http://127.0.0.1:PORT` of a stand-in.
    `read_alpha` decodes the provider's answer. All times are in seconds.
    """

    def __init__(
        self,
        key: str,
        host: str,
        read_alpha: AlphaReader,
        *,
        connect_timeout: float = timeouts.PROVIDER_CONNECT_SECONDS,
        read_timeout: float = timeouts.PROVIDER_READ_SECONDS,
        total_timeout: float = timeouts.PROVIDER_SECONDS,
        backoff: float = 1.0,
        rate_limit_wait: float = 1.1,
    ) -> None:
        origin = host.rstrip("/") if host.startswith("http://") else f"https://{host}"
        self._url = f"{origin}/remove"
        self._key = key
        self._read_alpha = read_alpha
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._total_timeout = total_timeout
        self._backoff = backoff
        self._rate_limit_wait = rate_limit_wait
        self._session = _session(
            {
                "X-RapidAPI-Key": key,
                "X-RapidAPI-Host": urlsplit(origin).netloc,
                "Content-Type": objectcut.FORM_TYPE,
            }
        )

    def matte(self, look: Look) -> Matte:
        """Return the alpha channel of the provider's cut-out.

        Raises RateLimited, RemoverTimeout or RemoverFailed.
        """
        view = look(objectcut.VIEW)
        budget = _Budget(time.monotonic() + self._total_timeout)
        with timed("remove"):
            answer = _within(self._total_timeout, lambda: self._ask(view.content, budget))
        if not objectcut.succeeded(answer):
            self._give_up(answer, "ObjectCut refused the picture")
        try:
            matte = self._read_alpha(objectcut.cut_out(answer), (view.width, view.height))
        except (objectcut.UnusableAnswer, PictureError) as error:
            self._give_up(answer, f"ObjectCut's result is not usable ({error})")
        bind(remover="rapidapi", correlation_id=self._redacted(answer.get("correlation_id")))
        return matte

    def _ask(self, jpeg: bytes, budget: _Budget) -> Mapping[str, Any]:
        """Send the picture in standard base64, and in URL-safe base64 if ObjectCut cannot read that."""
        answer = self._post(base64.b64encode(jpeg), budget)
        if objectcut.succeeded(answer) or answer.get("error_id") != objectcut.BAD_PICTURE:
            return answer
        logger.warning(
            "Sending the picture to ObjectCut again as URL-safe base64: %s", self._described(answer)
        )
        return self._post(base64.urlsafe_b64encode(jpeg), budget)

    def _post(self, image_base64: bytes, budget: _Budget) -> Mapping[str, Any]:
        while True:
            try:
                return self._attempt(image_base64, budget)
            except _TryAgain as again:
                budget.wait_to_retry(again, self._backoff)

    def _attempt(self, image_base64: bytes, budget: _Budget) -> Mapping[str, Any]:
        # `from None` everywhere: the driver's exceptions contain the request, and so the key.
        try:
            status, headers, body = self._exchange(image_base64, budget)
        except (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
            logger.warning("ObjectCut did not answer in time")
            raise RemoverTimeout from None
        except _CONNECTION_ERRORS as error:
            logger.warning("The connection to ObjectCut failed: %s", self._redacted(error))
            raise _TryAgain(RemoverFailed()) from None
        except (OSError, ValueError) as error:
            name = type(error).__name__
            logger.error("No request could be made (%s), check X_RAPID_API_KEY and the proxy", name)  # noqa: TRY400
            raise RemoverFailed from None
        if status != requests.codes.ok:
            self._refuse(status, headers, body)
        return objectcut.parsed(body)

    def _exchange(self, image_base64: bytes, budget: _Budget) -> tuple[int, Mapping[str, str], bytes]:
        form = objectcut.form(image_base64)
        left = budget.seconds()
        timeout = (min(self._connect_timeout, left), min(self._read_timeout, left))
        with self._session.post(
            self._url, data=form, timeout=timeout, stream=True, allow_redirects=False
        ) as response:
            bind(requests_left=response.headers.get("x-ratelimit-requests-remaining"))
            return response.status_code, response.headers, _read(response, budget)

    def _refuse(self, status: int, headers: Mapping[str, str], body: bytes) -> NoReturn:
        """Raise the error for an answer of the gateway, not of ObjectCut."""
        said = self._described(objectcut.parsed(body))
        if status in _HINTS:
            logger.error("RapidAPI answered %d, %s: %s", status, _HINTS[status], said)
            raise RemoverFailed
        logger.warning("RapidAPI answered %d: %s", status, said)
        if status == requests.codes.too_many_requests and "quota" in said.lower():
            raise RateLimited(_QUOTA_USED_UP, retry_after=_reset(headers))
        if status == requests.codes.too_many_requests:
            raise _TryAgain(RateLimited(retry_after=2), self._rate_limit_wait)
        if status == requests.codes.gateway_timeout:
            raise _TryAgain(RemoverTimeout())
        if status >= requests.codes.server_error:
            raise _TryAgain(RemoverFailed())
        raise RemoverFailed

    def _give_up(self, answer: Mapping[str, Any], reason: str) -> NoReturn:
        logger.warning("%s: %s", reason, self._described(answer))
        raise RemoverFailed from None

    def _described(self, answer: Mapping[str, Any]) -> str:
        message = answer.get("message", answer.get("messages"))
        error_id, correlation_id = answer.get("error_id"), answer.get("correlation_id")
        return self._redacted(f"correlation_id={correlation_id!r} error_id={error_id!r} message={message!r}")

    def _redacted(self, text: object) -> str:
        return str(text).replace(self._key, "[key]")[:500]


def _session(headers: Mapping[str, str]) -> requests.Session:
    session = requests.Session()
    session.headers.update(headers)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=_CONNECTIONS))
    return session


def _within(seconds: float, work: Callable[[], _Outcome]) -> _Outcome:
    """Return the result of `work`, or raise RemoverTimeout if it takes too long.

    The driver limits each wait but not their sum: a slow name server, upload or response could exceed the
    deadline. So the work runs in its own thread, which is abandoned after the deadline.
    """
    outcome: Future[_Outcome] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - the waiting thread raises it
            outcome.set_exception(error)

    # A copy of the context lets log lines of the thread name their request.
    Thread(target=copy_context().run, args=(run,), name="objectcut", daemon=True).start()
    try:
        return outcome.result(seconds)
    except TimeoutError:
        logger.warning("ObjectCut took longer than %g seconds", seconds)
        raise RemoverTimeout from None


def _read(response: requests.Response, budget: _Budget) -> bytes:
    body = bytearray()
    # read1 returns the bytes that have arrived; read would wait for a whole chunk, however slow.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        budget.seconds()
        if len(body) > _MOST_BYTES:
            logger.warning("ObjectCut answered with more than %d bytes", _MOST_BYTES)
            raise RemoverFailed
    return bytes(body)


def _reset(headers: Mapping[str, str]) -> int:
    seconds = headers.get("x-ratelimit-requests-reset", "").strip()
    sane = seconds.isascii() and seconds.isdecimal() and len(seconds) < 10
    return int(seconds) if sane and 0 < int(seconds) <= _LONGEST_RESET else _HOUR
