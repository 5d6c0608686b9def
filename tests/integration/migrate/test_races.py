"""A record changed by its user or by cleanup while it is moved."""

import time
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from bson import ObjectId

from infra.migrate.store import MigrationStore
from tests.integration.migrate.album import NAMES, USER, Album, Capture
from tests.integration.migrate.conftest import MOMENTS, Happen

KEPT = {"status": {"$ne": "deleted"}}  # a tombstone remains for a day

IN_TWO_HOURS = timedelta(hours=2)


@pytest.mark.parametrize("with_bucket", [True, False])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_record_deleted_while_it_is_moved_leaves_nothing(
    album: Album, at: Happen, capsys: Capture, moment: str, with_bucket: bool
) -> None:
    [record_id] = album.keep("text")
    at(moment, lambda: album.service(with_bucket=with_bucket).gallery.delete(USER, record_id))

    assert album.migrate("to-bucket") == 0
    assert album.images.count_documents(KEPT) == 0
    assert album.objects() == set()
    assert capsys.readouterr().out.endswith(" 1 vanished (1 deleted in the meantime); 0 remain.\n")


@pytest.mark.parametrize("name", ["stored", "content"])
def test_a_record_deleted_on_its_way_back_leaves_nothing(
    album: Album, monkeypatch: pytest.MonkeyPatch, capsys: Capture, name: str
) -> None:
    [record_id] = album.keep("text")
    album.migrate("to-bucket")
    real, events = getattr(MigrationStore, name), [lambda: album.service().gallery.delete(USER, record_id)]

    def call(self: MigrationStore, *arguments: Any) -> Any:
        if events:
            events.pop()()
        return real(self, *arguments)

    monkeypatch.setattr(MigrationStore, name, call)
    assert album.migrate("to-records") == 0
    assert (album.images.count_documents(KEPT), album.objects()) == (0, set())
    assert capsys.readouterr().out.endswith(" 1 vanished (1 deleted in the meantime); 0 remain.\n")


@pytest.mark.parametrize("moment", MOMENTS)
def test_cleanup_deletes_no_image(album: Album, at: Happen, capsys: Capture, moment: str) -> None:
    album.keep("text", "the original's")
    before = album.served()
    at(moment, album.service(ahead=IN_TWO_HOURS).retention.clean_up)

    status = album.migrate("to-bucket")
    assert album.served() == before
    # Only at this moment there are objects that seem old and that no record names yet.
    assert status == (1 if moment == "written" else 0)
    assert ("it is not certain that the bucket keeps" in capsys.readouterr().err) == (status == 1)
    assert album.migrate("to-bucket") == 0
    assert album.served() == before
    assert album.objects() == album.named()


@pytest.mark.usefixtures("generations_matter")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_cleanup_that_listed_the_objects_of_a_killed_run_spares_their_successors(
    album: Album, at: Happen, moment: str
) -> None:
    [record_id] = album.keep("text")
    before = album.served()
    document = album.document(record_id)
    album.migrate("to-bucket")
    album.images.replace_one({"_id": document["_id"]}, document)  # as if the run had been killed early
    cleaner = album.store()
    pages = cleaner.old_objects(album.service(ahead=IN_TWO_HOURS).retention.clock())
    listed = list(chain.from_iterable(pages))
    assert len(listed) == 3
    at(moment, lambda: cleaner.discard(listed))

    assert album.migrate("to-bucket") == 0
    assert album.served() == before
    cleaner.discard(listed)
    assert album.served() == before


def test_a_run_that_slept_for_an_hour_keeps_the_images(
    album: Album, at: Happen, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    kept, now = album.keep("text"), time.time()
    at("leading", lambda: monkeypatch.setattr("time.time", lambda: now + 3600))

    assert album.migrate("to-bucket") == 1
    assert "it is not certain that the bucket keeps" in capsys.readouterr().err
    assert (album.inline(), album.named()) == (set(kept), set())


def test_images_that_have_been_replaced_are_kept(album: Album, at: Happen, capsys: Capture) -> None:
    [record_id] = album.keep("binary")
    changed = {"$set": {"processed_image": b"another"}}
    at("compared", lambda: album.images.update_one({"_id": ObjectId(record_id)}, changed))

    assert album.migrate("to-bucket") == 1
    assert capsys.readouterr().err == f"{record_id} was skipped: it was changed in the meantime; run again.\n"
    assert album.document(record_id)["processed_image"] == b"another"
    assert not album.document(record_id).keys() & NAMES
