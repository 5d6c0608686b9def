"""The use cases of kept images: read and delete; and health."""

from dataclasses import replace

import pytest

from common.domain.errors import NotFound, Unavailable
from common.domain.models import ImageFile, InMemoryImage
from tests.world import PICTURE, World


@pytest.fixture
def world() -> World:
    return World()


# Reading


def _file(content: bytes, content_type: str) -> ImageFile:
    return ImageFile(InMemoryImage(content), content_type)


def test_each_image_is_read_with_its_type(world: World) -> None:
    record_id = world.add()

    assert world.gallery.read("me", record_id, "original")[1] == _file(PICTURE, "image/png")
    assert world.gallery.read("me", record_id, "processed")[1] == _file(b"the cut-out", "image/png")
    assert world.gallery.read("me", record_id, "preview")[1] == _file(b"the preview", "image/webp")


def test_missing_previews_of_the_original_application_are_made_on_request(world: World) -> None:
    record_id = world.add()
    kept = world.records.kept[record_id]
    del kept.fields["preview_object"]
    kept.record = replace(kept.record, content_type=None)

    assert world.gallery.read("me", record_id, "preview")[1] == _file(
        b"the preview of the cut-out", "image/webp"
    )
    assert world.gallery.read("me", record_id, "original")[1] == _file(PICTURE, "image/gif")


@pytest.mark.parametrize("missing", ["original", "processed"])
def test_an_image_that_is_gone_is_not_found(world: World, missing: str) -> None:
    record = world.gallery.find("me", world.add())
    del world.images.objects[f"me/{record.record_id}/{missing}"]

    with pytest.raises(NotFound):
        world.gallery.read("me", record.record_id, "original" if missing == "original" else "processed")


def test_nobody_reads_another_users_images(world: World) -> None:
    record = world.gallery.find("me", world.add())

    with pytest.raises(NotFound):
        world.gallery.find("you", record.record_id)
    with pytest.raises(NotFound):
        world.gallery.read("you", record.record_id, "original")


# Deleting


def test_deleting_a_record_deletes_its_images_and_frees_its_slot(world: World) -> None:
    record_id, _ = world.add(), world.add()

    world.gallery.delete("me", record_id)

    assert world.gallery.list("me").used == 1
    assert len(world.images.objects) == 3
    assert world.add()


def test_nobody_deletes_another_users_record_or_images(world: World) -> None:
    record_id = world.add()

    with pytest.raises(NotFound):
        world.gallery.delete("you", record_id)

    assert len(world.images.objects) == 3
    assert world.gallery.find("me", record_id)


def test_a_record_is_deleted_for_its_user_even_when_the_image_store_is_away(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    record_id = world.add()
    world.steps.failing["remove"] = Unavailable()

    world.gallery.delete("me", record_id)

    assert world.gallery.list("me").used == 0
    assert "left to cleanup" in caplog.text


# Health


def test_the_service_is_as_healthy_as_its_database(world: World) -> None:
    world.records.ping()

    world.steps.failing["ping"] = Unavailable()
    with pytest.raises(Unavailable):
        world.records.ping()
