"""The answers of all calls without failures, on both hosts."""

import base64
import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import ObjectId
from pymongo.collection import Collection

from tests.integration.client import Client
from tests.integration.hosts import Host
from tests.objectcut import ObjectCut
from tests.photos import decoded, photo

Documents = Collection[dict[str, Any]]
RECORD_FIELDS = {
    *("record_id", "image_name", "created_on", "width", "height", "size", "revision"),
    *("original_url", "processed_url", "preview_url"),
}


def test_an_upload_answers_its_record_and_how_many_are_used(client: Client) -> None:
    content = photo(80, 60, "JPEG")
    response = client.upload(content, "holiday.jpg", name="  Beach  ")
    body = response.json()
    assert response.status_code == 201
    assert response.headers["Content-Type"] == "application/json"
    assert (body["message"], body["used"], body["limit"]) == ("Image generated successfully", 1, 5)
    record = body["record"]
    assert set(record) == RECORD_FIELDS
    assert (record["image_name"], record["width"], record["height"]) == ("Beach", 80, 60)
    assert record["size"] == len(content)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", record["created_on"])
    assert response.headers["Location"] == record["processed_url"]


def test_a_picture_without_a_name_is_called_as_its_file(client: Client) -> None:
    record = client.upload(photo(), "my cat.final.png").json()["record"]
    assert record["image_name"] == "my cat.final"


def test_the_list_shows_the_newest_first(client: Client) -> None:
    first, second = client.keep(name="first"), client.keep(name="second")
    body = client.list()
    assert body["records"] == [second, first]
    assert (body["used"], body["limit"]) == (2, 5)
    assert re.fullmatch(r"[0-9a-f]{32}", body["user_id"])


def test_a_new_user_has_an_empty_list(client: Client) -> None:
    assert client.list()["records"] == []


def test_the_list_contains_the_images_on_request(client: Client) -> None:
    content = photo()
    record = client.keep(content)
    (listed,) = client.list("?include=images")["records"]
    assert base64.b64decode(listed.pop("original_image_base64")) == content
    assert decoded(base64.b64decode(listed.pop("processed_image_base64"))).mode == "RGBA"
    assert listed == record


def test_a_record_is_renamed(client: Client) -> None:
    record = client.keep(name="before")
    path = f"/api/rename/{record['record_id']}"
    response = client.call("PUT", path, json={"record_id": record["record_id"], "record_name": " after "})
    assert (response.status_code, response.json()) == (200, {"message": "success"})
    assert client.list()["records"] == [{**record, "image_name": "after"}]


def test_a_record_is_deleted_with_its_images(client: Client, documents: Documents) -> None:
    kept, gone = client.keep(), client.keep()
    response = client.call("DELETE", f"/api/delete/{gone['record_id']}")
    assert (response.status_code, response.json()) == (200, {"message": "success"})
    assert client.list()["records"] == [kept]
    assert client.call("GET", gone["original_url"]).status_code == 404
    left = documents.find_one({"_id": ObjectId(gone["record_id"])})
    assert set(left or {}) == {"_id", "deleted_by", "status", "deleted_at"}


def test_health_is_reported(client: Client) -> None:
    response = client.call("GET", "/api/health")
    assert (response.status_code, response.json()) == (200, {"status": "Healthy"})


def test_records_of_the_original_application_work_like_any_other(
    client: Client, documents: Documents
) -> None:
    original, processed = photo(kind="JPEG"), photo(900, 600, "PNG")
    inserted = documents.insert_one(
        {
            "user_id": client.list()["user_id"],
            "image_name": "old",
            "original_image_base64": base64.b64encode(original).decode(),
            "processed_image_base64": base64.b64encode(processed).decode(),
            "created_on": "2023-11-29 12:00:00",
        }
    )
    (record,) = client.list()["records"]
    assert (record["record_id"], record["image_name"]) == (str(inserted.inserted_id), "old")
    assert (record["created_on"], record["width"]) == ("2023-11-29 12:00:00", None)
    shown = client.call("GET", record["original_url"])
    assert (shown.content, shown.headers["Content-Type"]) == (original, "image/jpeg")
    assert client.call("GET", record["processed_url"]).content == processed
    assert decoded(client.call("GET", record["preview_url"]).content).size == (640, 427)
    rename = client.call("PUT", f"/api/rename/{record['record_id']}", json={"record_name": "new"})
    assert rename.status_code == 200
    assert client.list()["records"][0]["image_name"] == "new"
    assert client.call("DELETE", f"/api/delete/{record['record_id']}").status_code == 200
    assert client.list()["used"] == 0


def test_one_missing_image_does_not_hide_the_rest_of_the_list(client: Client, documents: Documents) -> None:
    record = client.keep()
    original = {"original_image_base64": "", "original_object": ""}
    documents.update_one({"user_id": client.list()["user_id"]}, {"$unset": original})
    (listed,) = client.list("?include=images")["records"]
    assert listed["original_image_base64"] is None
    assert listed["processed_image_base64"]
    assert listed["record_id"] == record["record_id"]


def test_old_records_count_against_the_limit(client: Client, documents: Documents) -> None:
    user_id = client.list()["user_id"]
    documents.insert_many([{"user_id": user_id, "created_on": "2023-11-29 12:00:00"} for _ in range(3)])
    statuses = [client.upload().status_code for _ in range(3)]
    assert statuses == [201, 201, 409]


def test_cleanup_deletes_expired_records_and_releases_stale_leases(
    client: Client, documents: Documents, host: Host
) -> None:
    documents.delete_many({})  # other tests' records may have expired too
    fresh, old = client.keep(), client.keep()
    user_id = client.list()["user_id"]
    documents.update_one({"user_id": user_id, "slot": 1}, {"$set": {"created_on": "2020-01-01 00:00:00"}})
    claim = {"user_id": user_id, "status": "processing", "created_on": "2026-01-01 00:00:00"}
    dead, alive = time.time() - 16 * 60, time.time() - 14 * 60
    documents.insert_many(
        [{**claim, "slot": 2, "claimed_at": _utc(dead)}, {**claim, "slot": 3, "claimed_at": _utc(alive)}]
    )
    report = client.call("POST", "/api/cleanup").json()
    images = 3 if host.bucket else 0  # beside the record
    assert report == {
        "deleted_records": 1,
        "released_claims": 1,
        "deleted_images": images,
        "more": False,
        "skipped_records": 0,
    }
    assert client.list()["records"] == [fresh]
    assert client.list()["used"] == 2
    assert client.call("GET", old["original_url"]).status_code == 404


def test_an_upload_releases_its_users_own_dead_claims(client: Client, documents: Documents) -> None:
    claim = {
        "user_id": client.list()["user_id"],
        "status": "processing",
        "claimed_at": _utc(time.time() - 16 * 60),
    }
    documents.insert_many([{**claim, "slot": slot} for slot in range(5)])
    assert client.list()["used"] == 5
    assert client.upload().json()["used"] == 1


def test_a_running_upload_is_not_listed_but_counts(client: Client, documents: Documents) -> None:
    claim = {"user_id": client.list()["user_id"], "status": "processing", "claimed_at": _utc(time.time())}
    documents.insert_one({**claim, "slot": 0, "created_on": "2026-01-01 00:00:00"})
    body = client.list()
    assert (body["used"], body["records"]) == (1, [])


def test_a_browsers_plain_form_is_sent_back_to_the_site(client: Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    kept = client.upload(headers=browser)
    refused = client.upload(b"no picture", headers=browser)
    assert (kept.status_code, kept.headers["Location"]) == (
        302,
        "/?flash=image_generated#flash-image_generated",
    )
    assert (refused.status_code, refused.headers["Location"]) == (
        302,
        "/?flash=unsupported_image#flash-unsupported_image",
    )
    assert len(client.list()["records"]) == 1


def test_the_provider_sees_the_picture_and_never_the_name(client: Client, provider: ObjectCut) -> None:
    client.keep(photo(50, 40), name="a private name")
    (call,) = provider.calls
    assert decoded(base64.b64decode(call.form["image_base64"])).size == (50, 40)
    assert b"private" not in call.body


@pytest.mark.parametrize("prefix", ["", "/api", "/rename", "/api/rename", "/update"])
def test_a_function_reached_directly_answers_the_same(host: Host, client: Client, prefix: str) -> None:
    if host.name == "app" and prefix in ("", "/api", "/rename"):
        prefix = "/api/rename"  # the application has one address for it, the original's
    record = client.keep()
    url = f"http://127.0.0.1:{host.ports['rename']}{prefix}/{record['record_id']}"
    assert client.session.put(url, json={"record_name": "direct"}).status_code == 200
    assert client.list()["records"][0]["image_name"] == "direct"


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
