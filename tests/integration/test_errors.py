"""Every row of the error table, on both hosts: the answer, and that nothing is kept."""

import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from bson import ObjectId
from pymongo.collection import Collection

from tests import objectcut_behaviours as behaviours
from tests.integration.client import Client
from tests.integration.hosts import ONE_HOST, Host
from tests.objectcut import ObjectCut
from tests.photos import photo
from tests.proxy import Proxy

Documents = Collection[dict[str, Any]]
UNKNOWN = "0123456789abcdef01234567"


def assert_problem(response: requests.Response, status: int, code: str, detail: str = "") -> None:
    """Check a problem+json answer, and that it reveals no internals."""
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "code"}
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert detail in body["detail"]
    assert body["detail"][0].isupper()
    assert "Traceback" not in response.text


@pytest.fixture
def client(client: Client) -> Iterator[Client]:
    """A user whose failed calls must leave nothing behind."""
    yield client
    assert client.list() == {**client.list(), "used": 0, "records": []}


@pytest.mark.parametrize(
    ("options", "detail"),
    [
        ({}, "named image"),
        ({"data": {"name": "a name"}}, "named image"),
        ({"data": {"image": "text, not a file"}}, "named image"),
        ({"json": {"image": "aGVsbG8="}}, "named image"),
        ({"data": b"--cut", "headers": {"Content-Type": "multipart/form-data; boundary=cut"}}, "named image"),
        ({"data": b"a", "headers": {"Content-Type": "multipart/form-data"}}, "named image"),
    ],
    ids=["empty", "no file", "text part", "json", "cut short", "no boundary"],
)
def test_an_upload_without_a_picture_is_a_bad_request(client: Client, options: Any, detail: str) -> None:
    assert_problem(client.call("POST", "/api/upload", **options), 400, "bad_request", detail)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff", b'{"record_nam": "x"}', b"[" * 50_000]
)
def test_a_rename_without_a_name_is_a_bad_request(client: Client, body: bytes) -> None:
    assert_problem(client.call("PUT", f"/api/rename/{UNKNOWN}", data=body), 400, "bad_request")


def test_ids_that_differ_are_a_bad_request(client: Client) -> None:
    body = {"record_id": "f" * 24, "record_name": "x"}
    assert_problem(client.call("PUT", f"/api/rename/{UNKNOWN}", json=body), 400, "bad_request", "record_id")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[", "://"])
def test_a_foreign_page_may_not_change_anything(client: Client, origin: str) -> None:
    foreign = {"Origin": origin}
    record = f"/{UNKNOWN}"
    answers = [
        client.upload(headers=foreign),
        client.call("PUT", f"/api/rename{record}", json={"record_name": "x"}, headers=foreign),
        client.call("DELETE", f"/api/delete{record}", headers=foreign),
        client.call("POST", "/api/cleanup", headers=foreign),
    ]
    for answer in answers:
        assert_problem(answer, 403, "origin_not_allowed")
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "record_id", [UNKNOWN, "x", "0" * 23, "%24ne", "%7B%22%24gt%22%3A%22%22%7D", "..%00"]
)
def test_unknown_and_malformed_ids_are_not_found(client: Client, record_id: str) -> None:
    answers = [
        client.call("PUT", f"/api/rename/{record_id}", json={"record_name": "x"}),
        client.call("DELETE", f"/api/delete/{record_id}"),
        client.call("GET", f"/api/image/{record_id}/original"),
    ]
    for answer in answers:
        assert_problem(answer, 404, "not_found", "There is no such image")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/list/more"),
        ("PUT", "/api/rename"),
        ("DELETE", f"/api/delete/{UNKNOWN}/more"),
        ("GET", f"/api/image/{UNKNOWN}"),
        ("GET", f"/api/image/{UNKNOWN}/thumbnail"),
    ],
)
def test_there_is_nothing_at_other_addresses(client: Client, method: str, path: str) -> None:
    assert_problem(client.call(method, path, json={"record_name": "x"}), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/upload", "POST, OPTIONS"),
        ("/api/list", "GET, HEAD, OPTIONS"),
        (f"/api/rename/{UNKNOWN}", "PUT, OPTIONS"),
        (f"/api/delete/{UNKNOWN}", "DELETE, OPTIONS"),
        (f"/api/image/{UNKNOWN}/original", "GET, HEAD, OPTIONS"),
        ("/api/health", "GET, HEAD, OPTIONS"),
        ("/api/cleanup", "POST, OPTIONS"),
    ],
)
def test_other_methods_are_not_allowed(client: Client, path: str, allowed: str) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(allowed.split(", ")):
        answer = client.call(method, path)
        assert_problem(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"] == allowed
    assert client.call("OPTIONS", path).headers["Allow"] == allowed


def test_one_picture_more_than_the_limit_is_refused(host: Host) -> None:
    client = Client(host)
    records = [client.keep() for _ in range(5)]
    assert_problem(client.upload(), 409, "limit_reached", "Max limit reached. Please remove a record.")
    assert client.list()["used"] == 5
    client.call("DELETE", f"/api/delete/{records[2]['record_id']}")
    assert client.upload().status_code == 201


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 3 * 1024 * 1024], ids=["a byte over", "three times"])
def test_a_file_over_the_limit_is_refused(client: Client, size: int) -> None:
    content = photo() + bytes(size - len(photo()))
    assert_problem(client.upload(content), 413, "image_too_large", "Send a smaller")


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(client: Client) -> None:
    # Only a header: if it were decoded, the answer would be that it is damaged.
    header = struct.pack(">4sIIBBBBB", b"IHDR", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    start = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    assert_problem(client.upload(bomb + start), 413, "image_too_large", "100000 x 100000")


@pytest.mark.parametrize(
    "content", [b"plain text", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\3\4"]
)
def test_an_unsupported_format_is_refused(client: Client, content: bytes) -> None:
    assert_problem(client.upload(content, "photo.png"), 415, "unsupported_image", "JPEG, PNG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_a_damaged_picture_is_unreadable(client: Client, kind: str) -> None:
    content = photo(300, 200, kind)
    assert_problem(client.upload(content[: len(content) // 2]), 422, "unreadable_image", "damaged")


def test_an_empty_file_is_unreadable(client: Client) -> None:
    assert_problem(client.upload(b""), 422, "unreadable_image")


@pytest.mark.parametrize("name", ["x" * 101, "line\nbreak", "nul\0", "bell\a", "sep\u2028arated"])
def test_an_invalid_name_is_refused(client: Client, name: str) -> None:
    assert_problem(client.upload(name=name), 422, "invalid_name", "1 to 100 characters")


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "line\nbreak", 7, ["x"], {"$set": "x"}])
def test_an_invalid_new_name_is_refused_and_the_old_one_stays(host: Host, name: object) -> None:
    client = Client(host)
    record = client.keep(name="old")
    answer = client.call("PUT", f"/api/rename/{record['record_id']}", json={"record_name": name})
    assert_problem(answer, 422, "invalid_name")
    assert client.list()["records"][0]["image_name"] == "old"


def test_a_used_up_quota_is_reported_with_a_time_to_wait(client: Client, provider: ObjectCut) -> None:
    provider.always(behaviours.refuses(429, behaviours.MONTHLY))
    answer = client.upload()
    assert_problem(answer, 429, "rate_limited")
    assert int(answer.headers["Retry-After"]) > 0
    assert len(provider.calls) == 1


@ONE_HOST
@pytest.mark.parametrize(
    "behaviour",
    [
        behaviours.refuses(401, "Invalid API key."),
        behaviours.refuses(403, "You are not subscribed to this API."),
        behaviours.fails("001", "Something unspecified"),
        behaviours.resets,
    ],
    ids=["key", "subscription", "failure", "reset"],
)
def test_a_provider_that_fails_is_reported_as_a_failure(
    client: Client, provider: ObjectCut, behaviour: behaviours.Behaviour
) -> None:
    provider.always(behaviour)
    assert_problem(client.upload(), 502, "remover_failed", "Failed to generate the image")


@ONE_HOST
def test_a_provider_that_times_out_is_reported_as_a_timeout(client: Client, provider: ObjectCut) -> None:
    provider.always(behaviours.returns(b"<html>Gateway Time-out</html>", 504))
    assert_problem(client.upload(), 504, "remover_timeout", "Failed to generate the image")


def test_a_slot_is_free_again_after_a_failure(host: Host, provider: ObjectCut) -> None:
    client = Client(host)
    for _ in range(4):
        client.keep()
    provider.script(behaviours.fails("001", "Something unspecified"))
    another = photo(60, 50)  # a duplicate needs no provider
    assert client.upload(another).status_code == 502
    assert client.upload(another).status_code == 201


@ONE_HOST
def test_without_the_database_every_call_says_so_and_works_again_after(host: Host, link: Proxy) -> None:
    client = Client(host)
    record = client.keep()
    path = record["record_id"]
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/api/upload", {"files": {"image": ("a.png", photo())}}),
        ("GET", "/api/list", {}),
        ("PUT", f"/api/rename/{path}", {"json": {"record_name": "x"}}),
        ("DELETE", f"/api/delete/{path}", {}),
        ("GET", record["original_url"], {}),
        ("POST", "/api/cleanup", {}),
        ("GET", "/api/health", {}),
    ]
    link.cut()
    try:
        with ThreadPoolExecutor() as pool:
            *answers, health = pool.map(lambda call: client.call(call[0], call[1], **call[2]), calls)
    finally:
        link.restore()
    for answer in answers:
        assert_problem(answer, 503, "unavailable", "try again")
    assert (health.status_code, health.json()["status"]) == (503, "Unhealthy")
    assert client.list()["records"] == [record]
    assert client.call("GET", "/api/health").status_code == 200


@ONE_HOST
def test_health_does_not_wait_for_a_database_that_is_stuck(host: Host, link: Proxy) -> None:
    client = Client(host)
    link.stall()
    try:
        answer = client.call("GET", "/api/health")
    finally:
        link.restore()
    assert (answer.status_code, answer.json()["status"]) == (503, "Unhealthy")
    assert 1 < answer.elapsed.total_seconds() < 10  # a limit far above 2 s, because machines differ
    assert client.call("GET", "/api/health").json() == {"status": "Healthy"}


def test_an_unexpected_error_appears_only_in_the_log(host: Host, documents: Documents) -> None:
    client = Client(host)
    broken = {"user_id": client.list()["user_id"], "image_name": "x", "created_on": "2026-01-01 00:00:00"}
    record_id = documents.insert_one({**broken, "original_image_base64": 5}).inserted_id
    answer = client.call("GET", f"/api/image/{record_id}/original")
    assert_problem(answer, 500, "internal", "Something went wrong")
    assert "Traceback" in host.log.read_text()


def test_a_record_without_its_image_is_not_found(host: Host, documents: Documents) -> None:
    client = Client(host)
    half = {"user_id": client.list()["user_id"], "image_name": "x", "created_on": "2026-01-01 00:00:00"}
    record_id: ObjectId = documents.insert_one(half).inserted_id
    assert_problem(client.call("GET", f"/api/image/{record_id}/preview"), 404, "not_found")
