"""Bodies of JSON that are huge, deep, ambiguous or invalid."""

import json

import pytest

from tests.integration.hostile import BOTH_HOSTS
from tests.integration.hostile.conftest import Victim
from tests.integration.hostile.guarantees import assert_refused
from tests.integration.hostile.wire import Wire, ask, chunked, request
from tests.integration.hosts import Host
from tests.tiers import extended

pytestmark = [BOTH_HOSTS, pytest.mark.usefixtures("untouched")]
KB = 1024
_ENDLESS = 256  # MB

NOT_UNDERSTOOD = {
    "empty": b"",
    "nothing but spaces": b" " * 60_000,
    "cut short": b'{"record_name": "x"',
    "two objects": b'{"record_name": "x"}{"record_name": "y"}',
    "a list": b'[{"record_name": "x"}]',
    "a text": b'"record_name"',
    "null": b"null",
    "deep lists": b"[" * 60_000,
    "closed deep lists": b"[" * 30_000 + b"]" * 30_000,
    "deep objects": b'{"record_name":' * 4_000 + b"1" + b"}" * 4_000,
    "a name twice": b'{"record_name": "x", "record_name": "y"}',
    "an id twice": b'{"record_id": "x", "record_id": "y", "record_name": "z"}',
    "a name twice, once escaped": b'{"record_name": "x", "\\u0072ecord_name": "y"}',
    "a name twice, deeper": b'{"record_name": "x", "more": {"a": 1, "a": 2}}',
    "a comment": b'{"record_name": "x" /* y */}',
    "a comma too many": b'{"record_name": "x",}',
    "not UTF-8": b'{"record_name": "\xff\xfe"}',
    "overlong UTF-8": b'{"record_name": "\xc0\xaf"}',
    "a raw line break": b'{"record_name": "x\ny"}',
    "a huge number": b'{"record_name": "x", "n": ' + b"9" * 50_000 + b"}",
    "no name": b"{}",
    "a null name": b'{"record_name": null}',
    "a key in capitals": b'{"RECORD_NAME": "x"}',
    "another's id": b'{"record_name": "x", "record_id": "0123456789abcdef01234567"}',
    "an operator for an id": b'{"record_name": "x", "record_id": {"$ne": null}}',
    "a list for an id": b'{"record_name": "x", "record_id": []}',
    "a null id": b'{"record_name": "x", "record_id": null}',
    "a form": b"record_name=x",
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "a pickle": b"\x80\x04\x95\x00\x00\x00\x00.",
}


def rename(victim: Victim) -> tuple[str, str, dict[str, str]]:
    """Return a valid call of the victim, so that only its body can be refused."""
    headers = {"Cookie": f"user_id={victim.token}", "Content-Type": "application/json"}
    return "PUT", f"/api/rename/{victim.record_id}", headers


@pytest.mark.parametrize("body", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_a_body_that_does_not_say_one_thing_is_a_bad_request(host: Host, victim: Victim, body: bytes) -> None:
    answer = ask(host, *rename(victim), body)
    assert_refused(answer, 400)
    assert answer.code == "bad_request"


NO_NAMES: dict[str, object] = {
    "an operator": {"$ne": None},
    "an update": {"$set": {"user_id": "x"}},
    "a list": ["x"],
    "a number": 7,
    "NaN": float("nan"),
    "true": True,
    "deep": {"a": {"b": {"c": {}}}},
    "empty": "",
    "spaces": " \t ",
    "long": "x" * 101,
    "60 kB": "x" * 60_000,
    "two lines": "a\r\nSet-Cookie: x=1",
    "NUL": "a\0b",
    "escape": "\x1b[31m",
    "half a pair": "\ud800",
    "pair the wrong way round": "\udc00\ud800",
    "line separator": "a\u2028b",
    "next line": "a\u0085b",
}


@pytest.mark.parametrize("name", NO_NAMES.values(), ids=NO_NAMES)
def test_an_invalid_name_is_refused(host: Host, victim: Victim, name: object) -> None:
    body = json.dumps({"record_name": name}).encode()
    answer = ask(host, *rename(victim), body)
    assert_refused(answer, 422)
    assert answer.code == "invalid_name"


@pytest.mark.parametrize("size", [64 * KB + 1, *extended(1024 * KB, 40 * 1024 * KB)])
def test_a_body_beyond_the_limit_is_refused_with_and_without_a_length(
    host: Host, victim: Victim, size: int
) -> None:
    body = b'{"record_name": "' + b"x" * (size - 19) + b'"}'
    assert_refused(ask(host, *rename(victim), body), 413)
    method, path, headers = rename(victim)
    framed = b"".join(chunked(*[body[at : at + 64 * KB] for at in range(0, len(body), 64 * KB)]))
    assert_refused(ask(host, method, path, {**headers, "Transfer-Encoding": "chunked"}, framed), 413)


@pytest.mark.parametrize(
    "path", ["/robots.txt", "/favicon.ico", "/api/list/no/such", "/api/upload", "/nowhere"]
)
def test_an_endless_body_is_cut_off_at_every_address(host: Host, path: str) -> None:
    piece = b"%x\r\n%b\r\n" % (1024 * KB, b"x" * 1024 * KB)
    with Wire(host, path) as wire:
        wire.send(request("POST", path, {"Transfer-Encoding": "chunked"}, b""))
        sent = next((count for count in range(_ENDLESS) if not wire.send(piece)), _ENDLESS)
    assert sent < _ENDLESS
