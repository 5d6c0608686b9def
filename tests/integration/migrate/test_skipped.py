"""A record that cannot be moved is skipped with its reason and stays as it is."""

from typing import Any

import pytest
from google.cloud import storage

from tests.integration.migrate.album import NAMES, Album, Capture
from tests.tiers import extended

BROKEN = [
    ({"original_image_base64": None}, "its original image is missing"),
    ({"processed_image_base64": ""}, "its processed image is missing"),
    ({"processed_image_base64": "AAA"}, "its processed image cannot be decoded"),
    ({"processed_image_base64": "data:image/png;base64,AAAAA"}, "its processed image cannot be decoded"),
    ({"original_image_base64": "AA-_AA=="}, "its original image cannot be decoded"),
    ({"original_image_base64": "bäh"}, "its original image cannot be decoded"),
    ({"original_image_base64": 7}, "its original image cannot be decoded"),
    ({"original_image": b"another"}, "its original image is there twice"),
    ({"_id": "of another kind"}, "its ids are not of the kind that the service knows"),
    ({"user_id": 7}, "its ids are not of the kind that the service knows"),
    ({"user_id": "a\nb"}, "its user_id cannot be part of an object's name"),
    ({"user_id": "é" * 512}, "its user_id cannot be part of an object's name"),
]


@pytest.mark.parametrize(("fields", "reason"), BROKEN)
def test_a_broken_record_is_skipped_and_unchanged(
    album: Album, capsys: Capture, fields: dict[str, Any], reason: str
) -> None:
    [broken] = album.keep("the original's", **fields)
    [whole] = album.keep("text")
    before = list(album.images.find({"_id": {"$ne": album.document(whole)["_id"]}}))

    assert album.migrate("to-bucket", "--dry-run") == 1
    assert album.migrate("to-bucket") == 1
    output, errors = capsys.readouterr()
    assert errors == f"{broken} was skipped: {reason}.\n" * 2
    assert output.count("oved 1 of 2 records to the bucket, ") == output.count("; 0 vanished; 1 remain.") == 2
    assert list(album.images.find({"_id": {"$ne": album.document(whole)["_id"]}})) == before
    assert album.inline() == {broken}
    assert album.objects() == album.named()


def test_a_record_without_any_image_is_skipped(album: Album, capsys: Capture) -> None:
    album.images.insert_one({"user_id": "me"})

    assert album.migrate("to-bucket") == 1
    assert capsys.readouterr().err.endswith(" was skipped: its original image is missing.\n")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"$unset": {"processed_object": ""}}, "its processed image is not in the bucket"),
        ({"$set": {"preview_object": "elsewhere"}}, "its preview image is not in the bucket"),
        ({"$inc": {"size": 1}}, "its original image in the bucket is not of the size that it should be"),
        ({"$unset": {"preview_size": ""}}, "its preview image in the bucket is not of the size that"),
    ],
)
def test_objects_that_are_missing_or_of_another_size_stay_in_the_bucket(
    album: Album, capsys: Capture, change: dict[str, Any], reason: str
) -> None:
    [record_id] = album.keep("text")
    album.migrate("to-bucket")
    album.images.update_one({}, change)
    before, objects = album.document(record_id), album.objects()

    assert album.migrate("to-records") == 1
    assert capsys.readouterr().err.startswith(f"{record_id} was skipped: {reason}")
    assert (album.document(record_id), album.objects()) == (before, objects)


@pytest.mark.parametrize("option", ["--timeout=2", *extended("--dry-run")])
def test_images_too_large_for_a_record_stay_in_the_bucket(album: Album, capsys: Capture, option: str) -> None:
    [record_id] = album.keep("binary", original_image=bytes(15_900_000))
    album.migrate("to-bucket")
    name = album.document(record_id)["processed_object"]
    blob = storage.Client(project=None).bucket(album.bucket).blob(name)
    blob.upload_from_string(bytes(1_000_000))
    album.images.update_one({}, {"$set": {"processed_size": 1_000_000}})
    before = album.served()

    assert album.migrate("to-records", option) == 1
    assert "skipped: its images are too large for a record of the database" in capsys.readouterr().err
    assert album.served() == before
    assert album.document(record_id).keys() > NAMES
