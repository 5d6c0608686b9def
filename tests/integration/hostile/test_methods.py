"""Every method at every address."""

import pytest

from tests.integration.hostile import BOTH_HOSTS
from tests.integration.hostile.conftest import Victim
from tests.integration.hostile.guarantees import assert_kept, assert_refused
from tests.integration.hostile.wire import ask
from tests.integration.hosts import Host
from tests.tiers import one_in

pytestmark = [BOTH_HOSTS, pytest.mark.usefixtures("untouched")]
UNKNOWN = "0123456789abcdef01234567"
TAKES = {
    "/api/upload": {"POST"},
    "/api/list": {"GET", "HEAD"},
    f"/api/rename/{UNKNOWN}": {"PUT"},
    f"/api/delete/{UNKNOWN}": {"DELETE"},
    f"/api/image/{UNKNOWN}/original": {"GET", "HEAD"},
    f"/api/image/{UNKNOWN}/preview": {"GET", "HEAD"},
    "/api/health": {"GET", "HEAD"},
    "/api/cleanup": {"POST"},
    f"/update/{UNKNOWN}": {"PUT"},
    f"/remove/{UNKNOWN}": {"DELETE"},
    "/health": {"GET", "HEAD"},
}
SITE = ("/", "/index.html", "/main.js", "/robots.txt", "/nowhere", "/nowhere.html")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "TRACK", "CONNECT", "PROPFIND", "BREW")
NO_METHODS = ("get", "Get", "G", "GE", "X" * 21, "GET\t", "\tGET", "GE\0T", "G\xcbT", "GET/", "(GET)", "")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", one_in(2, *TAKES))
def test_an_address_refuses_every_method_but_its_own(host: Host, path: str, method: str) -> None:
    answer = ask(host, method, path)
    if method in TAKES[path]:
        assert_refused(answer, 200, 400, 404)  # there is nothing to do in this request
    else:
        assert_refused(answer, 405)
        assert method not in answer.headers["allow"].split(", ")
    if method == "HEAD":
        assert answer.body == b""


@pytest.mark.parametrize("path", TAKES)
def test_options_returns_the_methods_of_an_address(host: Host, path: str) -> None:
    answer = ask(host, "OPTIONS", path)
    assert_refused(answer, 204)
    assert set(answer.headers["allow"].split(", ")) == TAKES[path] | {"OPTIONS"}


@pytest.mark.parametrize("method", [*METHODS, "OPTIONS"])
@pytest.mark.parametrize("path", one_in(2, *SITE))
def test_the_addresses_of_the_site_answer_every_method_as_documented(
    host: Host, path: str, method: str
) -> None:
    answer = ask(host, method, path)
    assert_kept(answer)
    if method == "HEAD":
        assert answer.body == b""


@pytest.mark.parametrize("method", NO_METHODS, ids=ascii)
def test_an_invalid_method_is_refused_by_the_server(host: Host, method: str) -> None:
    for path in ("/api/list", "/api/upload", "/"):
        assert_refused(ask(host, method, path), 400)


def test_a_trace_is_not_an_echo(host: Host) -> None:
    answer = ask(host, "TRACE", "/api/list", {"X-Mine": "come back", "Cookie": "user_id=come back"})
    assert_refused(answer, 405)
    assert b"come back" not in answer.body


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_does_not_change_the_method(host: Host, victim: Victim, name: str) -> None:
    headers = {"Cookie": f"user_id={victim.token}", name: "DELETE"}
    for method in ("GET", "POST"):
        path = f"/api/delete/{victim.record_id}?_method=DELETE"
        assert_refused(ask(host, method, path, headers, b"_method=DELETE"), 405)
