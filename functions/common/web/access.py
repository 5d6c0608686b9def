"""The access key: protects the whole service, site and API."""

import hashlib
import hmac
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus

from flask import Request, Response

from common import bootstrap
from common.domain.errors import OriginNotAllowed
from common.domain.removal_errors import KeyRefused
from common.service.sessions import LIFETIME
from common.settings import Settings
from common.web.cookies import is_https
from common.web.cors import is_own_page
from common.web.endpoint import logged
from common.web.key_auth import sent_key
from common.web.problems import SAFE_HEADERS, Problem
from common.web.responses import prefers_html

COOKIE = "access"
PATH = "/access"
_OPEN = ("/health", "/api/health")
_API = ("/api/", "/v1.0/", "/v1/")
_FORM_BYTES = 4096
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Access key</title>
<h1>Access key</h1>
<p>{message}</p>
<form method="post" action="/access">
<label>Key <input name="key" type="password" autocomplete="current-password" required autofocus></label>
<button>Continue</button>
</form>
"""
_ASK = "This service is for those who have its key. Enter it to continue."
_WRONG = "That is not the key. Check it and try again."
_BUSY = "Somebody else is entering a key. Try again in a second."
_UNAUTHORIZED = Problem(
    HTTPStatus.UNAUTHORIZED,
    "access_key_required",
    "This service is for those who have its key. Open it in a browser and enter the key, or send an API key.",
    {"WWW-Authenticate": 'Bearer realm="API key"'},
)


class AccessGate:
    """Lets callers with the key pass: `app.before_request(lambda: gate.respond(request))`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key = settings.access_key.encode()
        self._trial = threading.Lock()

    def respond(self, request: Request) -> Response | None:
        """Return the response to a caller without access, None for a caller with access."""
        is_open = request.path in _OPEN or _is_preflight(request)
        if request.path != PATH and (is_open or self._has_access(request)):
            return None
        return logged(request, self._refuse)

    def _has_access(self, request: Request) -> bool:
        if hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._token().encode()):
            return True
        return request.path.startswith(_API) and _is_api_key(sent_key(request))

    def _refuse(self, request: Request) -> Response:
        try:
            if request.path == PATH and request.method == "POST":
                return self._try(request)
        except Exception as error:  # noqa: BLE001 - every failure gets a response
            return Problem.of(error).response()
        is_page = request.method in ("GET", "HEAD") and (request.path == PATH or prefers_html(request))
        return _page(_ASK) if is_page else _UNAUTHORIZED.response()

    def _try(self, request: Request) -> Response:
        """Give a caller who sends the key a cookie.

        A process checks one key at a time, and a wrong key takes a second, for all callers together.
        """
        if not is_own_page(request, self._settings):
            raise OriginNotAllowed
        request.max_content_length = _FORM_BYTES
        given = request.form.get("key", "").strip().encode()
        if not self._trial.acquire(blocking=False):
            return _page(_BUSY, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "1"})
        try:
            if not hmac.compare_digest(_digest(given), _digest(self._key)):
                _delay()
                return _page(_WRONG)
        finally:
            self._trial.release()
        response = Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/", **SAFE_HEADERS})
        secure = is_https(request)
        response.set_cookie(
            COOKIE, self._token(), max_age=LIFETIME, httponly=True, samesite="Lax", secure=secure
        )
        return response

    def _token(self) -> str:
        """Return the cookie's value; a new key invalidates all cookies."""
        return hmac.digest(self._key, b"access cookie", "sha256").hex()


def _is_preflight(request: Request) -> bool:
    """Tell whether this is a preflight, which browsers send without credentials."""
    return request.method == "OPTIONS" and request.path.startswith(_API)


def _delay() -> None:
    time.sleep(1)


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()  # equal lengths, so that the time of comparing reveals nothing


def _is_api_key(key: str) -> bool:
    try:
        bootstrap.parts().api_keys().usage(key)
    except KeyRefused:
        return False
    return True


def _page(
    message: str, status: HTTPStatus = HTTPStatus.UNAUTHORIZED, headers: Mapping[str, str] | None = None
) -> Response:
    policy = f"{SAFE_HEADERS['Content-Security-Policy']}; form-action 'self'"
    safe = {**SAFE_HEADERS, "Content-Security-Policy": policy, **(headers or {})}
    if status == HTTPStatus.UNAUTHORIZED:
        safe |= _UNAUTHORIZED.headers
    return Response(_PAGE.format(message=message), status, safe, mimetype="text/html")
