"""Bodies with false framing, and malformed requests."""

import pytest

from tests.integration.hostile import BOTH_HOSTS
from tests.integration.hostile.conftest import Victim
from tests.integration.hostile.guarantees import assert_kept, assert_refused
from tests.integration.hostile.wire import Wire, ask, request, tell
from tests.integration.hosts import Host
from tests.integration.leaks import leaks

pytestmark = [BOTH_HOSTS, pytest.mark.usefixtures("untouched")]
BODY = b'{"record_name": "stolen"}'
CHUNKS = b"19\r\n" + BODY + b"\r\n0\r\n\r\n"


def head(victim: Victim, *fields: str) -> bytes:
    """Return the start of the victim's valid call, so that only the framing can be refused."""
    lines = [
        f"PUT /api/rename/{victim.record_id} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: user_id={victim.token}",
        *fields,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


LENGTHS = {
    "too long": ["Content-Length: 26"],
    "far too long": ["Content-Length: 60000"],
    "too short": ["Content-Length: 24"],
    "none at all": ["Content-Length: 0"],
    "negative": ["Content-Length: -1"],
    "with a sign": ["Content-Length: +25"],
    "in hexadecimal": ["Content-Length: 0x19"],
    "with a fraction": ["Content-Length: 25.0"],
    "a word": ["Content-Length: many"],
    "empty": ["Content-Length: "],
    "a list": ["Content-Length: 25, 25"],
    "beyond 64 bits": ["Content-Length: 99999999999999999999999"],
    "of 5,000 digits": ["Content-Length: " + "9" * 5000],
    "in Arabic digits": ["Content-Length: \u0662\u0665"],
    "a superscript": ["Content-Length: \u00b2"],
    "twice the same": ["Content-Length: 25", "Content-Length: 25"],
    "twice another": ["Content-Length: 25", "Content-Length: 5"],
    "beside chunks": ["Content-Length: 25", "Transfer-Encoding: chunked"],
    "missing": [],
}


@pytest.mark.parametrize("fields", LENGTHS.values(), ids=LENGTHS)
def test_a_length_that_lies_is_refused(host: Host, victim: Victim, fields: list[str]) -> None:
    assert_refused(tell(host, head(victim, *fields) + BODY, "/api/rename"), 400, 413)


CHUNKED = {
    "no end": b"19\r\n" + BODY + b"\r\n",
    "no size": b"\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a negative size": b"-19\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a size with 0x": b"0x19\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a size that is none": b"xyz\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a size too small": b"18\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a size too large": b"ffff\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a size beyond 64 bits": b"f" * 40 + b"\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a size without an end": b"0" * 20_000,
    "an extension without an end": b"19;" + b"x" * 20_000,
    "a bad extension": b"19;\x00=\x01\r\n" + BODY + b"\r\n0\r\n\r\n",
    "bare line feeds": b"19\n" + BODY + b"\n0\n\n",
    "no line break behind a chunk": b"19\r\n" + BODY + b"0\r\n\r\n",
    "a trailer that is none": CHUNKS[:-2] + b"no trailer\r\n\r\n",
    "a trailer with control characters": CHUNKS[:-2] + b"X: \x00\r\n\r\n",
    "a trailer that frames": CHUNKS[:-2] + b"Content-Length: 5\r\n\r\n",
    "trailers without an end": CHUNKS[:-2] + b"X: y\r\n" * 200_000,
    "nothing": b"",
}


@pytest.mark.parametrize("body", CHUNKED.values(), ids=CHUNKED)
def test_chunks_that_are_badly_framed_are_refused(host: Host, victim: Victim, body: bytes) -> None:
    content = head(victim, "Transfer-Encoding: chunked") + body
    assert_refused(tell(host, content, "/api/rename"), 400)


CODINGS = {
    "twice": ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    "listed twice": ["Transfer-Encoding: chunked, chunked"],
    "not last": ["Transfer-Encoding: chunked, gzip"],
    "identity": ["Transfer-Encoding: identity"],
    "unknown": ["Transfer-Encoding: cow"],
    "with a tab": ["Transfer-Encoding:\tchunked\x0b"],
    "with a space before": ["Transfer-Encoding : chunked"],
    "quoted": ['Transfer-Encoding: "chunked"'],
    "folded": ["Transfer-Encoding:", " chunked"],
    "beside a length": ["Transfer-Encoding: chunked", "Content-Length: 5"],
    "behind a length": ["Content-Length: 5", "Transfer-Encoding: chunked"],
    "beside an underscore": ["Transfer_Encoding: chunked"],
}


@pytest.mark.parametrize("fields", CODINGS.values(), ids=CODINGS)
def test_a_transfer_coding_that_two_could_read_differently_is_refused(
    host: Host, victim: Victim, fields: list[str]
) -> None:
    assert_refused(tell(host, head(victim, *fields) + CHUNKS, "/api/rename"), 400, 501)


def test_a_request_behind_a_short_body_is_another_request(host: Host, victim: Victim) -> None:
    hidden = request("DELETE", f"/api/delete/{victim.record_id}")
    content = head(victim, f"Content-Length: {len(BODY) - 1}") + BODY + hidden
    assert_refused(tell(host, content, "/api/rename"), 400)


ODD = {
    "nothing but line breaks": b"\r\n" * 100,
    "no version": b"GET /api/list\r\n\r\n",
    "a version of the future": b"GET /api/list HTTP/3.0\r\nHost: x\r\n\r\n",
    "a version of two digits": b"GET /api/list HTTP/1.10\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300 + b"\r\n\r\n",
    "a tab for a space": b"GET\t/api/list\tHTTP/1.1\r\n\r\n",
    "two spaces": b"GET  /api/list HTTP/1.1\r\n\r\n",
    "no address": b"GET  HTTP/1.1\r\n\r\n",
    "bare line feeds": b"GET /api/list HTTP/1.1\nHost: x\n\n",
    "a header without colon": b"GET /api/list HTTP/1.1\r\nHost\r\n\r\n",
    "a header without name": b"GET /api/list HTTP/1.1\r\n: x\r\n\r\n",
    "a header of control characters": b"GET /api/list HTTP/1.1\r\nX: \x01\x02\r\n\r\n",
    "a header with NUL": b"GET /api/list HTTP/1.1\r\nX\0: y\r\n\r\n",
    "a folded header": b"GET /api/list HTTP/1.1\r\nX: y\r\n z\r\n\r\n",
    "two hosts": b"GET /api/list HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two types": b"PUT /api/list HTTP/1.1\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n",
    "a thousand headers": b"GET /api/list HTTP/1.1\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    "a header of 100 kB": b"GET /api/list HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    "an unknown expectation": b"GET /api/list HTTP/1.1\r\nHost: x\r\nExpect: the-worst\r\n\r\n",
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_malformed_http_is_refused_by_the_server(host: Host, content: bytes) -> None:
    assert_refused(tell(host, content), 400, 417, 431)


def test_data_after_a_body_of_wrong_length_is_not_logged(host: Host) -> None:
    host.secrets.add("part-of-a-picture")
    with Wire(host, "/api/upload") as wire:
        wire.send(request("POST", "/api/upload", {"Content-Length": "1"}, b"xpart-of-a-picture\r\n"))
        wire.finish().is_ended()
    assert leaks(host.log, host.secrets) == []


def test_a_connection_without_a_request_is_no_trouble(host: Host) -> None:
    for _ in range(50):
        with Wire(host) as wire:
            wire.finish()
    assert_refused(ask(host, "GET", "/api/list"), 200)


def test_an_unexpected_body_is_ignored(host: Host) -> None:
    answer = ask(host, "GET", "/api/list", body=b"x" * 1000)
    assert_kept(answer)
    assert answer.status == 200
