"""Check the API key of a call and count the call, unless it fails on our side."""

import contextlib
import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Request, Response

from common.domain.quotas import UNLIMITED, Usage, Windows
from common.domain.removal_errors import KeyRefused
from common.web.cors import is_own_page
from common.web.endpoint import Call
from common.web.problems import Problem

_FOREIGN = (
    "This service takes calls without API keys only at its own address, and not from pages of other sites."
    " Call it at localhost or by its IP address."
)


def usage(call: Call) -> Usage:
    """Return the usage of the caller's key, or raise KeyRefused."""
    if call.settings.api_keys == "off":
        _refuse_foreign(call)
        return Usage(Windows.at(datetime.now(UTC)))
    return call.parts.api_keys().usage(sent_key(call.request))


@contextlib.contextmanager
def counted(call: Call) -> Iterator[Usage]:
    """Count a call; uncount it if the block fails on our side."""
    if call.settings.api_keys == "off":
        yield usage(call)
        return
    keys, key = call.parts.api_keys(), sent_key(call.request)
    now_used = keys.count(key)
    try:
        yield now_used
    except Exception as error:
        if Problem.status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR:
            keys.refund(key, now_used)
        raise


def add_rate_headers(response: Response, usage: Usage) -> None:
    """Add the limit per minute, the remaining calls, and when the next minute begins (Unix seconds)."""
    limit = UNLIMITED if usage.per_minute is None else usage.per_minute
    response.headers["X-RateLimit-Limit"] = str(limit)
    response.headers["X-RateLimit-Remaining"] = str(usage.left_this_minute)
    response.headers["X-RateLimit-Reset"] = str(int(usage.windows.next_minute.timestamp()))


def sent_key(request: Request) -> str:
    """Return the key that the caller sent, or an empty string."""
    sent = request.headers.get("X-Api-Key", "").strip()
    bearer = request.authorization
    if not sent and bearer and bearer.type == "bearer":
        sent = bearer.token or ""
    return sent


def _refuse_foreign(call: Call) -> None:
    """Raise KeyRefused for a page of another site, even if its name resolves to this machine."""
    if not (_is_own_host(call) and is_own_page(call.request, call.settings)):
        raise KeyRefused(_FOREIGN)


def _is_own_host(call: Call) -> bool:
    if "Host" not in call.request.headers:  # a program that speaks HTTP/1.0; browsers always send it
        return True
    host = urlsplit(f"//{call.request.host}").hostname or ""
    if host == "localhost" or (call.settings.site_url and host == urlsplit(call.settings.site_url).hostname):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
