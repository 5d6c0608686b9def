"""Records of every form are moved, and the service returns the same images before and after."""

import pytest

from tests.integration.migrate.album import CUT_OUT, FORMS, NAMES, PHOTO, PREVIEW, Album, Capture
from tests.photos import photo


def test_every_form_is_served_alike_from_the_bucket_and_from_the_records(
    album: Album, capsys: Capture
) -> None:
    kept = album.keep(*FORMS)
    before = album.served()
    assert {content for _, content in before.values()} >= {PHOTO, CUT_OUT, PREVIEW, None}

    assert album.migrate("to-bucket") == 0
    assert album.served() == before
    assert album.inline() == set()
    assert album.objects() == album.named()
    assert len(album.objects()) == 3 * len(kept) - 1  # one is no picture and has no preview

    assert album.migrate("to-records") == 0
    assert album.served() == album.served(with_bucket=False) == before
    assert album.inline() == set(kept)
    assert album.objects() == album.named() == set()
    moved = "Moved 5 of 5 records to the {}, {} bytes; 0 vanished; 0 remain.\n"
    size = sum(len(c) for _, c in before.values() if isinstance(c, bytes))
    assert capsys.readouterr() == (moved.format("bucket", size) + moved.format("records", size), "")


def test_a_record_of_the_original_application_gets_the_missing_fields(album: Album) -> None:
    [record_id] = album.keep("the original's")
    album.migrate("to-bucket")

    document = album.document(record_id)
    assert document["content_type"] == "image/jpeg"
    assert (document["size"], document["processed_size"]) == (len(PHOTO), len(CUT_OUT))
    assert document.keys() > NAMES


def test_a_record_is_unchanged_after_both_directions(album: Album) -> None:
    [record_id] = album.keep("text", slot=1)
    before = album.document(record_id)
    album.migrate("to-bucket")
    album.migrate("to-records")

    assert album.document(record_id) == before


def test_a_moved_record_is_not_touched_again(album: Album, capsys: Capture) -> None:
    [first] = album.keep("text")
    album.migrate("to-bucket")
    document = album.document(first)
    album.keep("binary")
    capsys.readouterr()

    assert album.migrate("to-bucket") == 0
    assert capsys.readouterr().out.startswith("Moved 1 of 1 records ")
    assert album.document(first) == document
    assert album.migrate("to-bucket") == 0
    assert capsys.readouterr().out.startswith("Moved 0 of 0 records ")


def test_a_lease_is_left_alone(album: Album, capsys: Capture) -> None:
    album.images.insert_one({"user_id": "me", "status": "processing"})

    assert album.migrate("to-bucket") == 0
    assert album.migrate("to-records") == 0
    assert capsys.readouterr().out.count("Moved 0 of 0 records ") == 2


def test_records_are_moved_in_the_order_of_their_ids(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("infra.progress.Progress.advance", lambda _, name: seen.append(name))
    kept = album.keep("text", "binary", "text")
    album.migrate("to-bucket")

    assert seen == sorted(kept)


def test_a_picture_of_many_megabytes_is_moved_in_both_directions(album: Album) -> None:
    large = photo(2, 2, "PNG") + bytes(range(256)) * 36_000  # 9 MB, sent to a bucket in several requests
    album.keep("binary", original_image=large)
    before = album.served()

    assert album.migrate("to-bucket") == 0
    assert album.served() == before
    assert album.migrate("to-records") == 0
    assert album.served() == before
