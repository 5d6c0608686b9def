"""The objects in the bucket, and the leftovers of a failing storage, on both hosts."""

from datetime import UTC, datetime
from typing import Any

import pytest
from google.cloud import storage
from PIL import Image
from pymongo.collection import Collection
from requests import Response

from tests.gcs import GcsEmulator
from tests.integration.client import Client
from tests.integration.hosts import Host
from tests.photos import decoded, encoded, photo
from tests.storage_gate import Fate, StorageGate
from tests.tiers import extended

Documents = Collection[dict[str, Any]]

pytestmark = pytest.mark.parametrize("host", ["app-bucket", *extended("functions-bucket")], indirect=True)


@pytest.fixture
def bucket(gcs: GcsEmulator, host: Host) -> storage.Bucket:
    return gcs.bucket(host.bucket)


def objects_of(bucket: storage.Bucket, client: Client) -> dict[str, storage.Blob]:
    """Return the user's objects by the rest of their names."""
    prefix = f"{client.list()['user_id']}/"
    return {blob.name.removeprefix(prefix): blob for blob in bucket.list_blobs(prefix=prefix)}


def test_a_record_names_three_private_objects_and_contains_no_image(
    client: Client, documents: Documents, bucket: storage.Bucket
) -> None:
    content = photo(kind="JPEG")
    record = client.keep(content)
    objects = objects_of(bucket, client)
    types = {name: blob.content_type for name, blob in objects.items()}
    record_id = record["record_id"]
    assert types == {
        f"{record_id}/original": "image/jpeg",
        f"{record_id}/processed": "image/png",
        f"{record_id}/preview": "image/webp",
    }
    assert objects[f"{record_id}/original"].download_as_bytes() == content
    assert {blob.cache_control for blob in objects.values()} == {"private, max-age=31536000, immutable"}
    document = documents.find_one({"user_id": client.list()["user_id"]})
    assert document
    assert document["preview_object"] == objects[f"{record_id}/preview"].name
    assert not [name for name, value in document.items() if isinstance(value, bytes) or "base64" in name]


def test_deleting_a_record_deletes_its_objects(client: Client, bucket: storage.Bucket) -> None:
    gone, kept = client.keep(), client.keep()
    assert client.call("DELETE", f"/api/delete/{gone['record_id']}").status_code == 200
    assert {name.split("/")[0] for name in objects_of(bucket, client)} == {kept["record_id"]}


MATTE = encoded(Image.new("L", (64, 48), 255))


def put_matte(client: Client, record: dict[str, Any], revision: int) -> Response:
    path, headers = f"/api/matte/{record['record_id']}", {"If-Match": f'"{revision}"'}
    return client.call("PUT", path, data=MATTE, headers=headers)


def test_a_touch_up_replaces_two_objects_and_goes_with_its_record(
    client: Client, bucket: storage.Bucket
) -> None:
    record = client.keep()
    before = objects_of(bucket, client)
    revised = put_matte(client, record, 1).json()["record"]
    after = objects_of(bucket, client)
    assert len(after) == 3
    assert set(before) & set(after) == {f"{record['record_id']}/original"}
    alpha = decoded(client.call("GET", revised["processed_url"]).content).getchannel("A")
    assert alpha.getextrema() == (255, 255)
    assert put_matte(client, record, 1).status_code == 412
    assert set(objects_of(bucket, client)) == set(after)
    assert client.call("DELETE", f"/api/delete/{record['record_id']}").status_code == 200
    assert objects_of(bucket, client) == {}


def test_a_touch_up_that_the_storage_refuses_leaves_the_picture_as_it_was(
    client: Client, bucket: storage.Bucket, gate: StorageGate
) -> None:
    record = client.keep()
    cut_out = client.call("GET", record["processed_url"]).content
    gate.meet(range(1, 99), Fate.REFUSE)
    assert put_matte(client, record, 1).status_code == 503
    gate.reset()
    assert client.call("GET", record["processed_url"]).content == cut_out
    assert put_matte(client, record, 1).status_code == 200
    # Cleanup deletes what the refused attempt may have written, after an hour.
    assert f"{record['record_id']}/original" in objects_of(bucket, client)


@pytest.mark.parametrize("number", range(3))
def test_an_upload_with_a_refused_object_leaves_nothing(
    client: Client, bucket: storage.Bucket, gate: StorageGate, number: int
) -> None:
    gate.meet([number], Fate.REFUSE)
    response = client.upload()
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert objects_of(bucket, client) == {}
    assert client.list()["used"] == 0
    assert client.keep()


@pytest.mark.parametrize("fate", [Fate.LOSE, *extended(Fate.CUT)])
@pytest.mark.parametrize("number", range(3))
def test_an_object_whose_connection_broke_is_sent_again(
    client: Client, gate: StorageGate, bucket: storage.Bucket, number: int, fate: Fate
) -> None:
    content = photo(77, 55)
    gate.meet([number], fate)
    record = client.keep(content)
    assert client.call("GET", record["original_url"]).content == content
    assert client.call("GET", record["preview_url"]).status_code == 200
    assert len(objects_of(bucket, client)) == 3


def test_a_record_can_be_deleted_even_if_its_objects_cannot(
    client: Client, bucket: storage.Bucket, gate: StorageGate
) -> None:
    record = client.keep()
    gate.meet(range(99), Fate.REFUSE)
    assert client.call("DELETE", f"/api/delete/{record['record_id']}").status_code == 200
    gate.reset()
    assert client.list()["used"] == 0
    assert client.call("GET", record["original_url"]).status_code == 404
    assert len(objects_of(bucket, client)) == 3  # cleanup deletes them after an hour
    assert client.call("POST", "/api/cleanup").json()["deleted_images"] == 0
    assert len(objects_of(bucket, client)) == 3


def test_an_object_that_is_gone_is_not_found_and_hides_no_other(
    client: Client, bucket: storage.Bucket
) -> None:
    record = client.keep()
    objects_of(bucket, client)[f"{record['record_id']}/processed"].delete()
    response = client.call("GET", record["processed_url"])
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert client.call("GET", record["original_url"]).status_code == 200


def test_a_record_from_before_the_bucket_is_served_renamed_and_deleted(
    client: Client, documents: Documents
) -> None:
    content = photo()
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    inline = {"original_image": content, "processed_image": content, "created_on": made, "image_name": "old"}
    found = documents.insert_one({"user_id": client.list()["user_id"], **inline})
    path = str(found.inserted_id)
    assert client.call("GET", f"/api/image/{path}/original").content == content
    assert client.call("PUT", f"/api/rename/{path}", json={"record_name": "new"}).status_code == 200
    assert client.call("DELETE", f"/api/delete/{path}").status_code == 200
    assert client.list()["records"] == []
