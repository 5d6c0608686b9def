"""Pages of other origins, and wrong hosts."""

import json

import pytest

from tests.integration.client import Client
from tests.integration.conftest import FRIEND
from tests.integration.hostile import ANY_HOST
from tests.integration.hostile.conftest import Victim
from tests.integration.hostile.guarantees import assert_kept, assert_refused
from tests.integration.hostile.wire import Headers, ask, port_of, request, tell
from tests.integration.hosts import Host

pytestmark = [ANY_HOST, pytest.mark.usefixtures("untouched")]
NAME = json.dumps({"record_name": "stolen"}).encode()
FOREIGN = [
    *("null", "NULL", "", " ", "x", "*", "://", "http://", "http:///", "//127.0.0.1", "127.0.0.1"),
    *("https://evil.example", f"{FRIEND}.evil.example", f"{FRIEND}:443", f"{FRIEND}:8443", f"{FRIEND}/"),
    *(FRIEND.upper(), FRIEND.replace("https", "http"), f"{FRIEND}.", f"{FRIEND}@evil.example", f"{FRIEND} "),
    *(f"https://evil.example#{FRIEND}", f"{FRIEND},https://evil.example", f"{FRIEND}%00", f"{FRIEND}\\@evil"),
    *("http://127.0.0.1:1", "http://127.0.0.1.", "http://127.0.0.1.evil.example", "http://127.0.0.1@evil"),
    *(
        "http://127.0.0.2",
        "http://[::1]",
        "http://[",
        "http://localhost",
        "http://2130706433",
        "http://0x7f.1",
    ),
    *("file://127.0.0.1", "ftp://127.0.0.1", "capacitor://127.0.0.1", "chrome-extension://127.0.0.1"),
    *("javascript:alert(1)", "http://127.0.0.1/../evil", "http://127.0.0.1?evil", "data:text/html,x"),
]


def calls(victim: Victim) -> list[tuple[str, str, bytes]]:
    return [
        ("PUT", f"/api/rename/{victim.record_id}", NAME),
        ("DELETE", f"/api/delete/{victim.record_id}", b""),
        ("POST", "/api/upload", b"x"),
    ]


def of(victim: Victim, **headers: str) -> Headers:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"Cookie": f"user_id={victim.token}", **named}


@pytest.mark.parametrize("origin", [origin for origin in FOREIGN if origin.strip()], ids=ascii)
def test_a_page_of_another_origin_changes_and_reads_nothing(host: Host, victim: Victim, origin: str) -> None:
    if origin == f"{FRIEND} ":
        origin = f"{FRIEND} x"  # spaces around a value do not belong to it
    for method, path, body in calls(victim):
        answer = ask(host, method, path, of(victim, Origin=origin), body)
        assert_refused(answer, 403)
        assert "access-control-allow-origin" not in answer.headers
    read = ask(host, "GET", "/api/list", of(victim, Origin=origin))
    assert_refused(read, 200)
    assert not [name for name in read.headers if name.startswith("access-control-")]


def test_a_page_of_plain_http_is_another_origin_than_that_of_https(host: Host, victim: Victim) -> None:
    headers = of(victim, Origin="http://shop.example", Host="shop.example", X_Forwarded_Proto="https")
    for method, path, body in calls(victim):
        assert_refused(ask(host, method, path, headers, body), 403)


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded", "X-Original-URL"]
)
def test_a_header_beside_host_does_not_say_who_we_are(host: Host, victim: Victim, name: str) -> None:
    value = "host=evil.example" if name == "Forwarded" else "evil.example"
    headers = {**of(victim, Origin="http://evil.example"), name: value}
    for method, path, body in calls(victim):
        assert_refused(ask(host, method, path, headers, body), 403)


HOSTS = [
    *(
        "evil.example",
        "evil.example:80",
        "127.0.0.1:99999",
        "127.0.0.1:x",
        "[::1",
        "a b",
        "a/b",
        "a\\b",
        "a?b",
    ),
    *(
        "<script>alert(1)</script>",
        "evil.example\t",
        "\N{PILE OF POO}.example",
        "-",
        ".",
        "..",
        "%00",
        "@",
        "a,b",
    ),
    *("127.0.0.1, evil.example", "x" * 5000, "user:secret@evil.example", '"', "", "*"),
]


@pytest.mark.parametrize("forged", HOSTS, ids=lambda value: ascii(value)[:40])
def test_a_forged_host_is_never_repeated(host: Host, forged: str) -> None:
    for path in ("/api/list", "/api/list/no", "/nowhere", "/"):
        answer = ask(host, "GET", path, {"Host": forged})
        assert_kept(answer)
        assert answer.status in (200, 400, 404)
        assert len(forged) < 6 or forged not in str(answer)


@pytest.mark.parametrize("forged", ["a b", "<script>", "", "[::1"])
def test_a_host_that_is_none_is_no_users_origin(host: Host, victim: Victim, forged: str) -> None:
    for method, path, body in calls(victim):
        for origin in (f"http://{forged}", "http://", "https://"):
            answer = ask(host, method, path, of(victim, Host=forged, Origin=origin), body)
            assert_refused(answer, 403, 400)


def test_a_request_without_a_host_is_answered(host: Host) -> None:
    assert_refused(tell(host, b"GET /api/list HTTP/1.0\r\n\r\n"), 200)
    assert_refused(tell(host, b"GET /api/list HTTP/1.1\r\n\r\n"), 200, 400)


def test_an_origin_that_equals_a_forged_host_gains_no_cookie(host: Host) -> None:
    # A page cannot forge the Host header; under another name for our address it has no cookie of ours.
    answer = ask(host, "GET", "/api/list", {"Host": "evil.example", "Origin": "http://evil.example"})
    assert_refused(answer, 200)
    assert answer.json["records"] == []


def test_a_referer_and_fetch_metadata_open_nothing(host: Host, victim: Victim) -> None:
    at_home = f"http://127.0.0.1:{port_of(host, '/api/rename')}/"
    headers = of(victim, Origin="https://evil.example", Referer=at_home, Sec_Fetch_Site="same-origin")
    for method, path, body in calls(victim):
        assert_refused(ask(host, method, path, headers, body), 403)


@pytest.mark.parametrize("asked", ["PUT", "X" * 3000, "PUT\x7f", "*, PUT", "<script>alert(1)</script>"])
def test_a_preflight_repeats_nothing_that_it_was_asked(host: Host, asked: str) -> None:
    headers = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": asked,
        "Access-Control-Request-Headers": asked,
    }
    answer = ask(host, "OPTIONS", "/api/rename/x", headers)
    assert_refused(answer, 204, 400)
    assert asked == "PUT" or asked not in str(answer)


def test_two_origins_are_none(host: Host, victim: Victim) -> None:
    method, path, body = calls(victim)[0]
    sent = request(method, path, of(victim, Origin=FRIEND), body)
    twice = sent.replace(b"Origin: ", b"Origin: https://evil.example\r\nOrigin: ", 1)
    assert_refused(tell(host, twice, path), 403, 400)


def test_a_friend_may_still_call(host: Host) -> None:
    answer = ask(
        host, "PUT", "/api/rename/x", {"Origin": FRIEND, "Cookie": f"user_id={Client(host).token()}"}, NAME
    )
    assert_refused(answer, 404)
    assert answer.headers["access-control-allow-origin"] == FRIEND
