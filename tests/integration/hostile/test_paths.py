"""Paths that try to leave the site or are ambiguous."""

import pytest

from tests.integration.hostile import BOTH_HOSTS
from tests.integration.hostile.conftest import Victim
from tests.integration.hostile.guarantees import assert_kept, assert_refused
from tests.integration.hostile.wire import Answer, ask, request, tell
from tests.integration.hosts import Host

pytestmark = [BOTH_HOSTS, pytest.mark.usefixtures("untouched")]
SECRETS = (b"root:", b"def create_app", b"APP_SECRET_KEY", b"[core]", b"import functions_framework")

ELSEWHERE = [
    *("/../functions/app.py", "/..", "/../../../../../../etc/passwd", "/index.html/../../functions/app.py"),
    *("/%2e%2e/functions/app.py", "/%2e%2e%2f%2e%2e%2fetc/passwd", "/..%2f..%2f..%2fetc%2fpasswd"),
    *("/..%5c..%5cfunctions%5capp.py", "/..\\..\\functions\\app.py", "/%252e%252e/functions/app.py"),
    *("/%c0%ae%c0%ae/functions/app.py", "/%uff0e%uff0e/app.py", "/styles/../../functions/app.py"),
    *("/....//....//functions/app.py", "/.../...//etc/passwd", "/./.././functions/main.py", "/;/../app.py"),
    *("/.git/config", "/.env", "/functions/app.py", "/app.py", "/common/settings.py", "/web/index.html"),
    *("//etc/passwd", "///etc/passwd", "/%2fetc/passwd", "/%2f%2fevil.example", "/file:///etc/passwd"),
    *("/index.html%00", "/index.html%00.js", "/%00", "/main.js%20", "/main.js.", "/main.js::$DATA"),
    *("/~root", "/CON.html", "/index.html;x=y.js", "/%", "/%zz", "/%ff%fe.html", "/%e2%80%ae.html"),
    *("/%0d%0aX-Evil:%201", "/x?%0d%0aX-Evil:%201", "/index.html%0d%0aX-Evil:1.js", "/\N{PILE OF POO}"),
    *(
        "/<script>alert(1)</script>",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/%3Cscript%3Ealert(1)%3C%2Fscript%3E.js",
    ),
    *(
        "/a" * 2000,
        "/" + "a" * 4000,
        "/" + "a" * 300 + ".html",
        "/" + "%2e%2e%2f" * 800,
        "/?" + "a=b&" * 1500,
    ),
]


def assert_no_secret(answer: Answer) -> None:
    assert_kept(answer)
    assert not [secret for secret in SECRETS if secret in answer.body]
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: ascii(path)[:60])
def test_nothing_is_read_but_the_site(host: Host, path: str) -> None:
    assert_no_secret(ask(host, "GET", path))
    assert_no_secret(ask(host, "GET", path, {"Accept": "text/html"}))


NOWHERE = [
    *("/api/list/x", "/api/list/..", "/api/list/%2e%2e", "/api/list%00", "/api/list%20"),
    *("/api/list;x", "/api/LIST", "/api/lıst", "/api/api/list", "/api/list/list/list"),
    *("/api/list/upload", "/api/list/../health", "/api/list/%2e%2e/health", "/api/list/~", "/api/list/*"),
]


@pytest.mark.parametrize("path", NOWHERE, ids=ascii)
def test_an_address_is_only_what_it_says(host: Host, path: str) -> None:
    # A separate function treats the whole path as arguments, so raw bytes get the server's 400.
    assert_refused(ask(host, "GET", path), 404, 400)


@pytest.mark.parametrize(
    "tail",
    [
        *("{}/../{}", "{}/%2e%2e", "{}//original", "{}/original/x", "{}/original%00"),
        *("{}/original/../processed", "{}/Original", "{}/original%20", "{}/original.png", "{}/", "{}", ""),
        *("../image/{}/original/..", "%2e%2e/{}/original/x", "{}/original;preview", "{}/__class__"),
    ],
)
def test_an_image_has_three_addresses_and_no_other(host: Host, victim: Victim, tail: str) -> None:
    path = "/api/image/" + tail.replace("{}", victim.record_id)
    answer = ask(host, "GET", path, {"Cookie": f"user_id={victim.token}"})
    assert_refused(answer, 404)


def test_an_encoded_slash_is_a_slash_and_opens_nothing(host: Host, victim: Victim) -> None:
    path = f"/api/image/{victim.record_id}%2foriginal"
    assert_refused(ask(host, "GET", path, {"Cookie": f"user_id={victim.token}"}), 200)
    assert_refused(ask(host, "GET", path), 404)
    assert_refused(ask(host, "GET", f"/api/image/{victim.record_id}%2f..%2f..%2flist"), 404)


RAW = [
    b"/\xff\xfe",
    b"/api/list/\xc3\xa9",
    b"/api/list\x00",
    b"/api/list\x7f",
    b"/api/list\x0b/x",
    b"/api/li st",
]


@pytest.mark.parametrize("path", RAW, ids=ascii)
def test_raw_bytes_in_an_address_are_refused_by_the_server(host: Host, path: bytes) -> None:
    assert_refused(tell(host, b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 400)


def test_a_very_long_address_is_refused(host: Host) -> None:
    path = "/api/list/" + "a" * 20_000
    assert_refused(ask(host, "GET", path), 414, 404)


@pytest.mark.parametrize(
    "target",
    ["http://evil.example/api/list", "https://user:secret@evil.example/api/list", "http:///api/list"],
)
def test_an_absolute_address_is_answered_as_its_path(host: Host, target: str) -> None:
    answer = tell(host, request("GET", target))
    assert_refused(answer, 200)
    assert "evil" not in str(answer)


@pytest.mark.parametrize("target", ["*", "evil.example:443", "javascript:alert(1)", "?", "#", "api/list"])
def test_an_invalid_address_is_refused(host: Host, target: str) -> None:
    assert_refused(tell(host, request("GET", target)), 400)


@pytest.mark.parametrize(
    "path",
    [
        "//api/list",
        "/api//list",
        "/api/list//",
        "//evil.example/..",
        "/api///list",
        "/api/list/%2f/x",
        "/%2f/%2f/x",
        "/update/%2f/x",
    ],
)
def test_double_slashes_redirect_nowhere(host: Host, path: str) -> None:
    answer = ask(host, "GET", path, {"Host": "evil.example"})
    assert_refused(answer, 404, 405, 200)
    assert "evil.example" not in str(answer)
