"""Guarantees for every answer, however odd the request."""

import re

from tests.integration.hostile.wire import Answer

# The README's table, and the refusals of the server before our code.
DOCUMENTED = {400, 403, 404, 405, 408, 409, 413, 415, 416, 422, 429, 502, 503, 504}
SERVERS_OWN = {400, 414, 417, 431, 501}
SUCCESS = {200, 201, 204, 206, 302, 304}
MARKUP = "<script>alert(1)</script>"
_SITE = ("text/html", "text/css", "text/javascript", "image/svg+xml", "text/plain")
_INSIDES = re.compile(rb"Traceback|site-packages|pymongo|werkzeug|mongodb://", re.IGNORECASE)


def is_the_servers_own(answer: Answer) -> bool:
    """Tell whether gunicorn itself refused the request: with a few lines of HTML, and a closed connection."""
    return answer.headers.get("connection") == "close" and answer.headers.get("content-type") == "text/html"


def assert_kept(answer: Answer) -> None:
    """Check the guarantees of every answer."""
    assert answer.status, "the connection was ended without an answer"
    assert not _INSIDES.search(answer.body), answer.body[:500]
    assert MARKUP.encode() not in answer.body or "json" in answer.headers["content-type"]
    if is_the_servers_own(answer):
        assert answer.status in SERVERS_OWN, (answer.status, answer.body)
        return
    ends = answer.headers.get("connection") == "close"
    allowed = DOCUMENTED | SUCCESS | (SERVERS_OWN if ends else set())
    assert answer.status in allowed, (answer.status, answer.headers, answer.body[:500])
    _assert_headers(answer)
    if answer.status >= 400 and answer.body and not _is_of_the_site(answer):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["status"] == answer.status


def assert_refused(answer: Answer, *statuses: int) -> None:
    """Check that the request was refused with one of these statuses, and every guarantee."""
    assert_kept(answer)
    assert answer.status in statuses, (answer.status, answer.headers, answer.body[:500])


def _assert_headers(answer: Answer) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff", answer.headers
    if not _is_of_the_site(answer):
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        cached = answer.headers["cache-control"]
        assert cached == "no-store" or (answer.status in (200, 206, 304) and "private" in cached), cached


def _is_of_the_site(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "").partition(";")[0]
    return kind in _SITE or (answer.status == 304 and "content-type" not in answer.headers)
