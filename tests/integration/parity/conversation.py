"""The calls of one user, and a host's answers."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from PIL import Image

from tests import objectcut_behaviours as behaviours
from tests.integration.client import Client
from tests.objectcut import ObjectCut
from tests.photos import encoded, photo

UNKNOWN = "0123456789abcdef01234567"
FRIEND, FOE = {"Origin": "https://friend.example"}, {"Origin": "https://foe.example"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ASKING = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
MATTE = encoded(Image.new("L", (64, 48), 200))
WIDE = photo(3000, 700, "JPEG")  # 2.1 megapixels where 2 are allowed

# These differ even between two answers of one host.
_HOSTS_OWN = {"date", "server", "connection", "keep-alive", "transfer-encoding"}
_HOSTS_OWN |= {"x-ratelimit-reset", "x-latency-ms"}
_VARYING = (
    (re.compile(r"user_id=[^;]+"), "user_id=<token>"),
    (re.compile(r"Expires=[^;]+"), "Expires=<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b"), "<time>"),
)
_ID = re.compile(r"\b(?:[0-9a-f]{32}|[0-9a-f]{24})\b")


@dataclass(frozen=True)
class Answer:
    """A host's answer without the parts that may differ between hosts."""

    status: int
    headers: Mapping[str, str]
    body: str


class Talk:
    """The user's side of the conversation, which remembers the ids."""

    def __init__(self, client: Client, provider: ObjectCut) -> None:
        self.client, self.provider = client, provider
        self.records: list[str] = []
        self._seen: dict[str, str] = {}

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Call a path in which {0} is the first record's id, and so on."""
        return self.client.call(method, path.format(*self.records), **options)

    def upload(self, content: bytes | None = None, **options: Any) -> requests.Response:
        """Upload a picture; its record gets the next number."""
        response = self.client.upload(content, **options)
        if response.status_code == 201:
            self.records.append(response.json()["record"]["record_id"])
        return response

    def upload_while(self, behaviour: behaviours.Behaviour) -> requests.Response:
        """Upload a picture while the provider behaves like this once."""
        self.provider.always(behaviour)
        try:
            return self.upload()
        finally:
            self.provider.reset()

    def call_as_nobody(self, path: str) -> requests.Response:
        """Get a path as a new user, without becoming that user."""
        return Client(self.client.host).call("GET", path.format(*self.records))

    def answer(self, response: requests.Response) -> Answer:
        """Return the answer with ids replaced by their numbers in order of appearance."""
        kept = {name.lower(): value for name, value in response.headers.items()}
        headers = {name: self._plain(value) for name, value in kept.items() if name not in _HOSTS_OWN}
        is_text = "json" in kept.get("content-type", "")
        return Answer(
            response.status_code,
            headers,
            self._plain(response.text) if is_text else response.content.hex(),
        )

    def _plain(self, text: str) -> str:
        for pattern, instead in _VARYING:
            text = pattern.sub(instead, text)
        return _ID.sub(lambda found: self._seen.setdefault(found[0], f"<id {len(self._seen)}>"), text)


Step = Callable[[Talk], requests.Response]


def _get(path: str, method: str = "GET", **options: Any) -> Step:
    return lambda talk: talk.call(method, path, **options)


def _rename(body: Any, path: str = "/api/rename/{0}", **options: Any) -> Step:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda talk: talk.call("PUT", path, data=sent, **options)


def _upload(content: bytes | None = None, **options: Any) -> Step:
    return lambda talk: talk.upload(content, **options)


def _while(behaviour: behaviours.Behaviour) -> Step:
    return lambda talk: talk.upload_while(behaviour)


def _program(path: str, part: str = "image_file", **options: Any) -> Step:
    """Send a picture like a program."""
    files = {part: ("a.png", photo())}
    return _get(
        path, "POST", files=files, headers={"X-Api-Key": "any", **options.pop("headers", {})}, **options
    )


def _matte(content: bytes, revision: str = '"1"', path: str = "/api/matte/{0}", **headers: str) -> Step:
    given = {"If-Match": revision} if revision else {}
    return lambda talk: talk.call("PUT", path, data=content, headers=given | headers)


STEPS: Mapping[str, Step] = {
    "health": _get("/api/health"),
    "health, head": _get("/api/health", "HEAD"),
    "health, options": _get("/api/health", "OPTIONS"),
    "health, post": _get("/api/health", "POST"),
    "list, nothing yet": _get("/api/list"),
    "list, nobody": lambda talk: talk.call_as_nobody("/api/list"),
    "list, post": _get("/api/list", "POST"),
    "list, with a slash": _get("/api/list/"),
    "list, with a slash, options": _get("/api/list/", "OPTIONS"),
    "list, deeper": _get("/api/list/more"),
    "upload": _upload(name="my cat"),
    "upload, jpeg": _upload(photo(90, 60, "JPEG"), file_name="holiday.final.jpg"),
    "upload, from a form": _upload(headers=BROWSER),
    "upload, of a friend": _upload(headers=FRIEND),
    "upload, of a foe": _upload(headers=FOE),
    "upload, no part": _get("/api/upload", "POST"),
    "upload, json": _get("/api/upload", "POST", json={"image": "x"}),
    "upload, no picture": _upload(b"hello"),
    "upload, empty": _upload(b""),
    "upload, damaged": _upload(photo()[:90]),
    "upload, too many bytes": _upload(bytes(1_048_577)),
    "upload, far too many bytes": _upload(bytes(3_000_000)),
    "upload, too many pixels": _upload(WIDE),
    "upload, form, no picture": _upload(b"hello", headers=BROWSER),
    "upload, a long name": _upload(name="n" * 101),
    "upload, get": _get("/api/upload"),
    "upload, preflight": _get("/api/upload", "OPTIONS", headers=FRIEND | ASKING),
    "upload, quota used up": _while(behaviours.refuses(429, behaviours.MONTHLY)),
    "upload, provider fails": _while(behaviours.fails("001", "Something unspecified")),
    "upload, one more": _upload(),
    "upload, past the limit": _upload(),
    "upload, form, past the limit": _upload(headers=BROWSER),
    "list": _get("/api/list"),
    "list, with images": _get("/api/list?include=images"),
    "list, of a friend": _get("/api/list", headers=FRIEND),
    "list, head": _get("/api/list", "HEAD"),
    **{f"image, {variant}": _get(f"/api/image/{{0}}/{variant}") for variant in ("original", "processed")},
    "image, preview": _get("/api/image/{1}/preview"),
    "image, head": _get("/api/image/{0}/original", "HEAD"),
    "image, download": _get("/api/image/{0}/processed?download=1"),
    "image, part": _get("/api/image/{0}/original", headers={"Range": "bytes=5-24"}),
    "image, end": _get("/api/image/{0}/original", headers={"Range": "bytes=-9"}),
    "image, two parts": _get("/api/image/{0}/original", headers={"Range": "bytes=0-1,4-5"}),
    "image, beyond": _get("/api/image/{0}/original", headers={"Range": "bytes=9999999-"}),
    "image, kept already": _get("/api/image/{0}/original", headers={"If-None-Match": "*"}),
    "image, fourth": _get("/api/image/{0}/mask"),
    "image, unknown": _get(f"/api/image/{UNKNOWN}/original"),
    "image, malformed": _get("/api/image/nothing/original"),
    "image, nothing": _get("/api/image"),
    "image, nobody's": lambda talk: talk.call_as_nobody("/api/image/{0}/original"),
    "rename": _rename({"record_name": "猫 & dog"}),
    "rename, with its id": lambda talk: _rename({"record_id": talk.records[0], "record_name": "b"})(talk),
    "rename, other id": _rename({"record_id": UNKNOWN, "record_name": "c"}),
    "rename, unknown": _rename({"record_name": "d"}, f"/api/rename/{UNKNOWN}"),
    "rename, nothing": _rename({"record_name": "e"}, "/api/rename"),
    "rename, empty": _rename({"record_name": " "}),
    "rename, long": _rename({"record_name": "n" * 101}),
    "rename, two lines": _rename({"record_name": "a\nb"}),
    "rename, no json": _rename(b"{"),
    "rename, no object": _rename([]),
    "rename, large": _rename(b" " * 70_000),
    "rename, foe": _rename({"record_name": "f"}, headers=FOE),
    "rename, post": _get("/api/rename/{0}", "POST"),
    "matte": _matte(MATTE),
    "matte, stale": _matte(MATTE),
    "matte, without a revision": _matte(MATTE, ""),
    "matte, any revision": _matte(MATTE, "*"),
    "matte, of colours": _matte(photo(), '"3"'),
    "matte, no picture": _matte(b"hello", '"3"'),
    "matte, too many bytes": _matte(bytes(1_048_577), '"3"'),
    "matte, unknown": _matte(MATTE, path=f"/api/matte/{UNKNOWN}"),
    "matte, foe": _matte(MATTE, '"3"', **FOE),
    "matte, get": _get("/api/matte/{0}"),
    "matte, preflight": _get("/api/matte/{0}", "OPTIONS", headers=FRIEND | ASKING),
    "image, touched up": _get("/api/image/{0}/processed?r=3"),
    "image, as it was": _get("/api/image/{0}/processed?r=1"),
    "image, renamed": _get("/api/image/{0}/processed?download=1"),
    "delete": _get("/api/delete/{0}", "DELETE"),
    "delete, again": _get("/api/delete/{0}", "DELETE"),
    "delete, malformed": _get("/api/delete/nothing", "DELETE"),
    "delete, get": _get("/api/delete/{1}"),
    "delete, foe": _get("/api/delete/{1}", "DELETE", headers=FOE),
    "image, deleted": _get("/api/image/{0}/processed", headers={"If-None-Match": "*"}),
    "removebg": _program("/v1.0/removebg"),
    "removebg, below /api": _program("/api/v1.0/removebg", data={"size": "preview", "crop": "true"}),
    "removebg, as json": _program("/v1.0/removebg", headers={"Accept": "application/json"}),
    "removebg, an option that is none": _program("/v1.0/removebg", data={"size": "huge"}),
    "removebg, nothing": _get("/v1.0/removebg", "POST"),
    "removebg, no picture": _get("/v1.0/removebg", "POST", files={"image_file": ("a.png", b"hello")}),
    "removebg, of this machine": _get("/v1.0/removebg", "POST", json={"image_url": "http://127.0.0.1/"}),
    "removebg, foe": _program("/v1.0/removebg", headers=FOE),
    "removebg, preflight": _get("/v1.0/removebg", "OPTIONS", headers=FOE | ASKING),
    "removebg, get": _get("/v1.0/removebg"),
    "removebg, deeper": _program("/v1.0/removebg/more"),
    "account": _get("/v1.0/account"),
    "account, head": _get("/v1.0/account", "HEAD"),
    "account, post": _get("/v1.0/account", "POST"),
    "rembg": _program("/api/remove", "file"),
    "rembg, the matte": _program("/api/remove?om=true", "file"),
    "rembg, nothing": _get("/api/remove", "POST"),
    "rembg, of this machine": _get("/api/remove?url=http://[::1]/"),
    "withoutbg": _program("/v1/remove-background", "image"),
    "withoutbg, raw": _get("/v1/remove-background?output=matte", "POST", data=photo()),
    "withoutbg, nothing": _get("/v1/remove-background", "POST"),
    "cleanup": _get("/api/cleanup", "POST"),
    "cleanup, get": _get("/api/cleanup"),
    "cleanup, foe": _get("/api/cleanup", "POST", headers=FOE),
    "list, at the end": _get("/api/list"),
}


def hold(talk: Talk) -> dict[str, Answer]:
    """Make all calls and return the answers."""
    return {name: talk.answer(step(talk)) for name, step in STEPS.items()}
