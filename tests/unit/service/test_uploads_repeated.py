"""A repeated upload: with the same key, or with the same picture and another key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from unittest import mock

import pytest

from common import timeouts
from common.domain.errors import KeyReused, LimitReached, RemoverFailed, UploadInProgress
from common.domain.mattes import Look, Matte
from common.domain.models import Lease
from tests.fakes import FakeRemover
from tests.world import PICTURE, World

KEY = "6f1c"


@pytest.fixture
def world() -> World:
    return World()


def send(world: World, key: str = KEY, content: bytes = PICTURE, user_id: str = "me") -> Lease:
    return world.uploads.add(user_id, content, name="cat", file_name="", key=key)


def test_a_repeated_upload_gets_the_first_result(world: World) -> None:
    first = send(world)
    send(world, key="another")
    world.steps.taken.clear()

    again = send(world)

    assert (again.record, again.used) == (first.record, first.used)
    assert "save" not in world.steps.taken
    assert world.gallery.list("me").used == 2


def test_a_user_at_the_limit_can_still_repeat_an_upload(world: World) -> None:
    first, _ = send(world), send(world, key="another")

    assert send(world).record == first.record
    with pytest.raises(LimitReached):
        send(world, key="a third")


def test_another_picture_with_the_same_key_is_refused_and_changes_nothing(world: World) -> None:
    send(world)

    with pytest.raises(KeyReused):
        send(world, content=b"another picture")

    assert world.gallery.list("me").used == 1
    assert len(world.images.objects) == 3


def test_another_part_to_remove_with_the_same_key_is_refused(world: World) -> None:
    send(world)

    with pytest.raises(KeyReused):
        world.uploads.add("me", PICTURE, name="cat", file_name="", key=KEY, removes_subject=True)

    assert world.gallery.list("me").used == 1


def test_a_cut_out_is_reused_only_for_the_same_part_to_remove(world: World) -> None:
    def add(removes_subject: bool) -> tuple[str, int]:
        world.steps.taken.clear()
        lease = world.uploads.add("me", PICTURE, name="cat", file_name="", removes_subject=removes_subject)
        return lease.record.record_id, world.steps.taken.count("matte")

    first, mattes = add(removes_subject=False)
    assert mattes == 1
    assert add(removes_subject=True)[1] == 1
    world.gallery.delete("me", first)
    assert add(removes_subject=True)[1] == 0


def test_a_key_belongs_to_its_user(world: World) -> None:
    assert send(world).record.record_id != send(world, user_id="you").record.record_id


def test_a_failed_upload_can_be_sent_again_with_its_key(world: World) -> None:
    world.steps.failing["matte"] = RemoverFailed()
    with pytest.raises(RemoverFailed):
        send(world)
    world.steps.failing.clear()

    assert send(world).used == 1


def test_a_deleted_picture_can_be_sent_again_with_its_key(world: World) -> None:
    world.gallery.delete("me", send(world).record.record_id)

    assert send(world).used == 1


class SlowRemover(FakeRemover):
    """A remover that waits until the test releases it."""

    def __init__(self, world: World) -> None:
        super().__init__(world.steps)
        self.begun, self.go_on = Event(), Event()

    def matte(self, look: Look) -> Matte:
        self.begun.set()
        assert self.go_on.wait(20)
        return super().matte(look)


def test_a_repeat_of_a_running_upload_is_refused_at_once_and_costs_nothing(world: World) -> None:
    slow = world.remover = SlowRemover(world)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(send, world)
        assert slow.begun.wait(20)
        for _ in range(3):
            with pytest.raises(UploadInProgress) as refused:
                send(world)
        slow.go_on.set()
        answer = first.result(20)

    assert refused.value.retry_after > 0
    assert send(world).record == answer.record
    assert list(world.records.kept) == [answer.record.record_id]
    assert len(slow.shown) == 1


def test_a_repeat_replaces_a_failed_first_upload(world: World) -> None:
    send(world)
    kept, real = dict(world.records.kept), world.records.find_by_key

    def fail_meanwhile(user_id: str, key: str) -> Lease | None:
        world.records.kept.clear()
        return real(user_id, key)

    with mock.patch.object(world.records, "find_by_key", fail_meanwhile):
        again = send(world)

    assert list(world.records.kept) == [again.record.record_id]
    assert again.record.record_id not in kept


def test_an_upload_that_died_can_be_sent_again_with_its_key_after_eight_minutes(world: World) -> None:
    send(world)
    send(world, key="another")
    for dead in world.records.kept.values():
        dead.ready = False
    _, other = world.records.kept
    world.clock.now += timeouts.KEY_LEASE_TTL
    with pytest.raises(UploadInProgress):
        send(world)

    world.clock.now += timedelta(seconds=1)
    again = send(world)

    assert list(world.records.kept) == [other, again.record.record_id]


# Duplicates


def test_the_same_picture_is_cut_out_once(world: World) -> None:
    first, second = send(world), send(world, key="")

    assert len(world.remover.shown) == 1
    assert first.record.record_id != second.record.record_id
    assert (second.record.width, second.record.content_type) == (4, "image/png")
    processed = world.gallery.read("me", second.record.record_id, "processed")[1].image.open().read()
    assert processed == b"the cut-out"


def test_the_cut_out_of_another_user_is_not_reused(world: World) -> None:
    send(world, key="")
    send(world, key="", user_id="you")

    assert len(world.remover.shown) == 2


def test_a_lost_cut_out_is_made_again(world: World) -> None:
    first = send(world, key="")
    del world.images.objects[f"me/{first.record.record_id}/processed"]

    second = send(world, key="")

    assert len(world.remover.shown) == 2
    assert world.gallery.read("me", second.record.record_id, "processed")
