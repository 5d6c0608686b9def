"""A call for every answer in web/openapi.yaml that a running host can give."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from PIL import Image

from tests import objectcut_behaviours as behaviours
from tests.integration.client import Client
from tests.integration.openapi.contract import OPERATIONS, Answer
from tests.objectcut import ObjectCut
from tests.photos import encoded, photo

UNKNOWN = "0123456789abcdef01234567"
FOE = {"Origin": "https://foe.example"}
FRIEND = {"Origin": "https://friend.example", "Access-Control-Request-Method": "POST"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FROM_ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}
KEY = {"Idempotency-Key": "a key"}
# A path with every parameter, whose record does not exist.
ADDRESSES = {
    path: path.format(record_id=UNKNOWN, variant="original")
    for path in {operation.path for operation in OPERATIONS.values()}
}

Make = Callable[[Client, ObjectCut], requests.Response]


def _upload(content: bytes | None = None, **options: Any) -> Make:
    return lambda client, _: client.upload(content, **options)


def _upload_while(behaviour: behaviours.Behaviour) -> Make:
    def call(client: Client, provider: ObjectCut) -> requests.Response:
        provider.always(behaviour)
        return client.upload()

    return call


def _upload_past_the_limit(client: Client, _: ObjectCut) -> requests.Response:
    while client.list()["used"] < client.list()["limit"]:
        client.keep()
    return client.upload()


def _reuse_a_key(client: Client, _: ObjectCut) -> requests.Response:
    client.upload(photo(30, 20), headers=KEY)
    return client.upload(photo(20, 30), headers=KEY)


def _repeat_a_running_upload(client: Client, provider: ObjectCut) -> requests.Response:
    provider.always(behaviours.slowly(3))
    content, headers = photo(33, 22), {**KEY, "Authorization": f"Bearer {client.token()}"}
    with ThreadPoolExecutor(1) as threads:
        threads.submit(client.upload, content, headers=headers)
        while not provider.calls:
            time.sleep(0.01)
        return Client(client.host).upload(content, headers=headers)


def _call(method: str, path: str, **options: Any) -> Make:
    """Call a path in which {0} is one of the user's records."""

    def call(client: Client, _: ObjectCut) -> requests.Response:
        record_id = client.keep()["record_id"] if "{0}" in path else ""
        return client.call(method, path.format(record_id), **options)

    return call


def _list_with_images(client: Client, _: ObjectCut) -> requests.Response:
    client.keep()
    return client.call("GET", "/api/list?include=images")


def _image(variant: str = "original", **headers: str) -> Make:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _call("GET", f"/api/image/{{0}}/{variant}", headers=named)


def _rename(body: object, path: str = "/api/rename/{0}", **headers: str) -> Make:
    return _call("PUT", path, json=body, headers=headers)


def _matte(content: bytes, revision: str = '"1"', **headers: str) -> Make:
    given = {"If-Match": revision} if revision else {}
    return _call("PUT", "/api/matte/{0}", data=content, headers=given | headers)


MATTE = encoded(Image.new("L", (64, 48), 255))

CALLS: Mapping[tuple[Answer, str], Make] = {
    (Answer("upload", 201), ""): _upload(name="Kitten"),
    (Answer("upload", 201), "of a friend"): _upload(headers=FRIEND | KEY),
    (Answer("upload", 302), ""): _upload(headers=BROWSER),
    (Answer("upload", 302), "refused"): _upload(b"hello", headers=BROWSER),
    (Answer("upload", 400, "bad_request"), ""): _call("POST", "/api/upload", data={"name": "no picture"}),
    (Answer("upload", 400, "bad_request"), "key"): _upload(headers={"Idempotency-Key": "k" * 256}),
    (Answer("upload", 403, "origin_not_allowed"), ""): _upload(headers=FOE),
    (Answer("upload", 409, "limit_reached"), ""): _upload_past_the_limit,
    (Answer("upload", 409, "upload_in_progress"), ""): _repeat_a_running_upload,
    (Answer("upload", 413, "image_too_large"), "bytes"): _upload(bytes(1_048_577)),
    (Answer("upload", 413, "image_too_large"), "body"): _upload(bytes(3_000_000)),
    (Answer("upload", 413, "image_too_large"), "pixels"): _upload(photo(3000, 700, "JPEG")),
    (Answer("upload", 415, "unsupported_image"), ""): _upload(b"<svg/>"),
    (Answer("upload", 422, "unreadable_image"), ""): _upload(photo()[:90]),
    (Answer("upload", 422, "invalid_name"), ""): _upload(name="a\tb"),
    (Answer("upload", 422, "idempotency_key_reused"), ""): _reuse_a_key,
    (Answer("upload", 429, "rate_limited"), ""): _upload_while(behaviours.refuses(429, behaviours.MONTHLY)),
    (Answer("upload", 502, "remover_failed"), ""): _upload_while(behaviours.refuses(401, "Invalid API key.")),
    (Answer("upload", 504, "remover_timeout"), ""): _upload_while(behaviours.gateway_timeout),
    (Answer("list", 200), ""): _call("GET", "/api/list"),
    (Answer("list", 200), "head"): _call("HEAD", "/api/list"),
    (Answer("list", 200), "with images"): _list_with_images,
    (Answer("rename", 200), ""): _rename({"record_name": "Kitten"}),
    (Answer("rename", 400, "bad_request"), ""): _rename({}),
    (Answer("rename", 400, "bad_request"), "ids"): _rename({"record_name": "a", "record_id": UNKNOWN}),
    (Answer("rename", 403, "origin_not_allowed"), ""): _rename({"record_name": "a"}, **FOE),
    (Answer("rename", 404, "not_found"), ""): _rename({"record_name": "a"}, f"/api/rename/{UNKNOWN}"),
    (Answer("rename", 413, "image_too_large"), ""): _rename({"record_name": "n" * 70_000}),
    (Answer("rename", 422, "invalid_name"), ""): _rename({"record_name": "n" * 101}),
    (Answer("delete", 200), ""): _call("DELETE", "/api/delete/{0}"),
    (Answer("delete", 403, "origin_not_allowed"), ""): _call("DELETE", "/api/delete/{0}", headers=FOE),
    (Answer("delete", 404, "not_found"), ""): _call("DELETE", f"/api/delete/{UNKNOWN}"),
    (Answer("image", 200), ""): _image(),
    (Answer("image", 200), "processed"): _image("processed"),
    (Answer("image", 200), "preview"): _image("preview"),
    (Answer("image", 200), "download"): _image("processed?download=1"),
    (Answer("image", 200), "two parts"): _image(Range="bytes=0-1,4-5"),
    (Answer("image", 200), "other units"): _image(Range="pages=1-2"),
    (Answer("image", 200), "a long last part"): _image(Range="bytes=-9999999"),
    (Answer("image", 200), "if it matches"): _image(If_Match='"another"'),
    (Answer("image", 200), "head"): _call("HEAD", "/api/image/{0}/original"),
    (Answer("image", 206), ""): _image(Range="bytes=5-24"),
    (Answer("image", 206), "the end"): _image(Range="bytes=-9"),
    (Answer("image", 304), ""): _image(If_None_Match="*"),
    (Answer("image", 404, "not_found"), ""): _call("GET", f"/api/image/{UNKNOWN}/original"),
    (Answer("image", 404, "not_found"), "variant"): _image("mask"),
    (Answer("image", 416, "range_not_satisfiable"), ""): _image(Range="bytes=9999999-"),
    (Answer("image", 404, "not_found"), "revision"): _image("preview?r=2"),
    (Answer("matte", 200), ""): _matte(MATTE),
    (Answer("matte", 400, "bad_request"), ""): _matte(MATTE, ""),
    (Answer("matte", 403, "origin_not_allowed"), ""): _matte(MATTE, **FOE),
    (Answer("matte", 404, "not_found"), ""): _call("PUT", f"/api/matte/{UNKNOWN}", data=MATTE),
    (Answer("matte", 412, "revision_changed"), ""): _matte(MATTE, '"2"'),
    (Answer("matte", 413, "image_too_large"), ""): _matte(bytes(1_048_577)),
    (Answer("matte", 415, "unsupported_image"), ""): _matte(b"hello"),
    (Answer("matte", 422, "unreadable_image"), ""): _matte(encoded(Image.new("L", (48, 64)))),
    (Answer("health", 200), ""): _call("GET", "/api/health"),
    (Answer("cleanup", 200), ""): _call("POST", "/api/cleanup"),
    (Answer("cleanup", 403, "origin_not_allowed"), ""): _call("POST", "/api/cleanup", headers=FOE),
    **{
        (Answer(operation.id, 204), origin.get("Origin", "")): _call(
            "OPTIONS", ADDRESSES[operation.path], headers=origin
        )
        for operation in OPERATIONS.values()
        if operation.method == "options"
        for origin in ({}, FRIEND, FOE)
    },
}

# Only the application: the platform protects a function's cleanup.
APPLICATIONS: Mapping[tuple[Answer, str], Make] = {
    (Answer("cleanup", 404, "not_found"), ""): _call("POST", "/api/cleanup", headers=FROM_ELSEWHERE),
    (Answer("cleanupMethods", 404, "not_found"), ""): _call(
        "OPTIONS", "/api/cleanup", headers=FROM_ELSEWHERE
    ),
}

# During a database outage; each call takes its time, so they run in parallel.
OUTAGE: Mapping[Answer, tuple[str, str, dict[str, Any]]] = {
    Answer("upload", 503, "unavailable"): ("POST", "/api/upload", {"files": {"image": ("a.png", photo())}}),
    Answer("list", 503, "unavailable"): ("GET", "/api/list", {}),
    Answer("rename", 503, "unavailable"): ("PUT", f"/api/rename/{UNKNOWN}", {"json": {"record_name": "a"}}),
    Answer("delete", 503, "unavailable"): ("DELETE", f"/api/delete/{UNKNOWN}", {}),
    Answer("image", 503, "unavailable"): ("GET", f"/api/image/{UNKNOWN}/original", {}),
    Answer("matte", 503, "unavailable"): ("PUT", f"/api/matte/{UNKNOWN}", {"data": MATTE}),
    Answer("health", 503): ("GET", "/api/health", {}),
    Answer("cleanup", 503, "unavailable"): ("POST", "/api/cleanup", {}),
}
