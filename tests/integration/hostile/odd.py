"""Random requests of odd parts, the same for the same seed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.integration.hostile.wire import request

_METHODS = ("GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND")
_PAIRS = (
    *(("POST", "upload"), ("POST", "upload"), ("GET", "list"), ("PUT", "rename"), ("PUT", "rename")),
    *(("DELETE", "delete"), ("GET", "image"), ("GET", "image"), ("HEAD", "image"), ("DELETE", "remove")),
)
_ENDPOINTS = ("upload", "list", "rename", "delete", "image", "health", "update", "remove", "", "nowhere")
_SEGMENTS = (
    *("", ".", "..", "%2e%2e", "%00", "%0d%0a", "%ff", "%2f", "original", "processed", "preview", "list"),
    *("0123456789abcdef01234567", "$where", "%7b%22$ne%22:null%7d", "a" * 300, "<script>", "*", "~", ";x"),
)
_QUERIES = (
    "",
    "",
    "?download=1",
    "?include=images",
    "?include[$ne]=x",
    "?%00",
    "?" + "a&" * 500,
    "?flash=<b>",
)
_FIELDS: Sequence[tuple[str, Sequence[str]]] = (
    ("Host", ("127.0.0.1", "evil.example", "<b>", "a b", "", "[::1]:1", "x:99999")),
    (
        "Origin",
        ("null", "https://evil.example", "https://friend.example", "http://127.0.0.1", "http://", "://"),
    ),
    ("Cookie", ("user_id=", "user_id=a.b.c", "user_id=" + "." * 500, ";;=;", 'user_id="\\', "\u00ff" * 9)),
    ("Authorization", ("Bearer x", "Bearer", "Basic Og==", "Bearer a=b, c", "\u00e9", "Digest " + "x=" * 99)),
    ("Accept", ("text/html", "*/*;q=nan", "application/json;q=9", ",,,;;", "text/html;q=-1", "x/y" * 500)),
    ("Accept-Encoding", ("gzip", "gzip;q=0", "*;q=1e9", "br, ,", "\t")),
    (
        "Range",
        ("bytes=0-0", "bytes=-1", "bytes=9-0", "bytes=0-0,1-1", "x=1-2", "bytes=" + "0-1," * 99, "bytes=a-b"),
    ),
    ("If-None-Match", ("*", '"x"', 'W/"', '"' * 99, "x" * 999)),
    ("If-Modified-Since", ("yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "99999999999999999999")),
    ("Expect", ("100-continue",)),
    ("Connection", ("close", "keep-alive", "upgrade", "x" * 99)),
    ("Upgrade", ("websocket", "h2c")),
    ("X-Forwarded-Proto", ("https", "http", "x, https")),
    ("X-Forwarded-For", ("127.0.0.1", "<b>", "," * 99)),
    ("X-Cloud-Trace-Context", ("x", "0/0;o=1", "/" * 99)),
    ("traceparent", ("00-0-0-00", "x" * 99)),
    ("Function-Execution-Id", ("x", "<b>" * 9)),
    ("Idempotency-Key", ("x", '"' * 9, "k" * 300)),
    ("Content-Encoding", ("gzip", "identity", "x")),
)
_TYPES = (
    *(
        "application/json",
        "multipart/form-data; boundary=edge",
        "multipart/form-data",
        "text/plain; charset=utf-7",
    ),
    *(
        "multipart/form-data; boundary=" + "b" * 500,
        "application/x-www-form-urlencoded",
        "x",
        ";",
        "a/b; c*=d''%ff",
    ),
)
_BODIES = (
    *(
        b"",
        b"{}",
        b"[",
        b'{"record_name": "x"}',
        b'{"record_name": {"$ne": null}}',
        b"\xff\xfe",
        b"null",
        b"\x00" * 99,
    ),
    *(b"--edge--\r\n", b"--edge\r\n\r\n", b"a=b&c=d", b"[" * 9_000, b"x" * 70_000, b"--edge\r\n" * 2_000),
    b'--edge\r\nContent-Disposition: form-data; name="image"; filename="../a"\r\n\r\ntext\r\n--edge--\r\n',
    b'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + b"x" * 9_000 + b"\r\n--edge--\r\n",
)


@dataclass(frozen=True)
class OddRequest:
    """A request and its endpoint."""

    path: str
    content: bytes


def odd_request(number: int, seed: int, record_id: str = "", token: str = "") -> OddRequest:
    """Yield endless odd requests from this seed; a host should keep nothing of them.

    In some of them the user with this token asks for another user's record.
    """
    dice = random.Random(f"{seed}/{number}")
    is_odd = dice.random() < 0.4
    method, endpoint = (dice.choice(_METHODS), dice.choice(_ENDPOINTS)) if is_odd else dice.choice(_PAIRS)
    count = (
        dice.choice((0, 0, 1, 1, 2, 3)) if is_odd else {"image": 2, "upload": 0, "list": 0}.get(endpoint, 1)
    )
    segments = dice.choices([*_SEGMENTS, *[record_id] * 9], k=count)
    path = (
        "/" + "/".join([*dice.choice(((), ("api",), ("api",))), endpoint, *segments]) + dice.choice(_QUERIES)
    )
    headers = {name: dice.choice(values) for name, values in dice.sample(_FIELDS, dice.randrange(6))}
    if dice.random() < 0.3:
        headers["Cookie"] = f"user_id={token}"
    body = dice.choice(_BODIES) if method not in ("GET", "HEAD") or dice.random() < 0.1 else None
    if body is not None:
        headers["Content-Type"] = dice.choice(_TYPES)
    content = request(method, path, headers, body)
    return OddRequest(path, dice.choice(_BENDINGS)(content, dice))


def _as_it_is(content: bytes, _: random.Random) -> bytes:
    return content


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(1, len(content))]


def _with_other_bytes(content: bytes, dice: random.Random) -> bytes:
    bent = bytearray(content)
    for _ in range(dice.randrange(1, 5)):
        bent[dice.randrange(len(bent))] = dice.randrange(256)
    return bytes(bent)


def _doubled(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + content[max(0, at - dice.randrange(200)) :]


_BENDINGS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    *[_as_it_is] * 6,
    _cut,
    _with_other_bytes,
    _doubled,
)
