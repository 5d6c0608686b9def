"""An upload that is sent again: under the same key, or the same picture under another."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest

from common.domain.errors import KeyReused, LimitReached, RemoverFailed, Unavailable
from common.domain.models import Lease
from common.domain.pictures import Look, Matte
from tests.fakes import START, FakeRemover
from tests.world import PICTURE, World

KEY = "6f1c"


@pytest.fixture
def world() -> World:
    return World()


def send(world: World, key: str = KEY, content: bytes = PICTURE, user_id: str = "me") -> Lease:
    return world.uploads.add(user_id, content, name="cat", file_name="", key=key)


def test_a_repeated_upload_is_answered_like_the_first(world: World) -> None:
    first = send(world)
    send(world, key="another")
    world.steps.taken.clear()

    again = send(world)

    assert (again.record, again.used) == (first.record, first.used)
    assert "save" not in world.steps.taken
    assert world.gallery.list("me").used == 2


def test_who_is_at_the_limit_may_still_repeat_an_upload(world: World) -> None:
    first, _ = send(world), send(world, key="another")

    assert send(world).record == first.record
    with pytest.raises(LimitReached):
        send(world, key="a third")


def test_another_picture_under_the_same_key_is_refused_and_changes_nothing(world: World) -> None:
    send(world)

    with pytest.raises(KeyReused):
        send(world, content=b"another picture")

    assert world.gallery.list("me").used == 1
    assert len(world.images.objects) == 3


def test_a_key_is_its_users_own(world: World) -> None:
    assert send(world).record.record_id != send(world, user_id="you").record.record_id


def test_an_upload_that_failed_may_be_sent_again_under_its_key(world: World) -> None:
    world.steps.failing["matte"] = RemoverFailed()
    with pytest.raises(RemoverFailed):
        send(world)
    world.steps.failing.clear()

    assert send(world).used == 1


def test_a_deleted_picture_may_be_sent_again_under_its_key(world: World) -> None:
    world.gallery.delete("me", send(world).record.record_id)

    assert send(world).used == 1


class SlowRemover(FakeRemover):
    """A remover that works until it is told to go on."""

    def __init__(self, world: World) -> None:
        super().__init__(world.steps)
        self.begun, self.go_on = Event(), Event()

    def matte(self, look: Look) -> Matte:
        self.begun.set()
        assert self.go_on.wait(20)
        return super().matte(look)


def test_a_repeat_waits_for_the_first_and_pays_the_remover_once(world: World) -> None:
    slow = world.remover = SlowRemover(world)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(send, world)
        assert slow.begun.wait(20)
        repeats = [threads.submit(send, world) for _ in range(3)]
        while world.steps.taken.count("find_by_key") < 3:
            pass
        slow.go_on.set()
        answers = [each.result(20) for each in (first, *repeats)]

    assert {answer.record.record_id for answer in answers} == set(world.records.kept)
    assert {answer.used for answer in answers} == {1}
    assert len(slow.shown) == 1


def test_a_repeat_waits_for_an_upload_that_died_only_so_long(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(world)
    (dead,) = world.records.kept.values()
    dead.ready = False
    ticks = itertools.count(step=40)
    monkeypatch.setattr("common.service.uploads.time.monotonic", lambda: next(ticks))
    monkeypatch.setattr("common.service.uploads.time.sleep", lambda _: None)

    with pytest.raises(Unavailable, match="still being worked on"):
        send(world)

    assert list(world.records.kept.values()) == [dead]


def test_an_upload_that_died_may_be_sent_again_under_its_key_after_three_minutes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(world)
    send(world, key="another")
    for dead in world.records.kept.values():
        dead.ready = False
    _, other = world.records.kept

    def pass_time(_: float) -> None:
        world.clock.now += timedelta(minutes=1)

    monkeypatch.setattr("common.service.uploads.time.sleep", pass_time)

    again = send(world)

    assert timedelta(minutes=3) < world.clock.now - START <= timedelta(minutes=5)
    assert list(world.records.kept) == [other, again.record.record_id]


# The same picture, sent anew


def test_the_same_picture_is_cut_out_once(world: World) -> None:
    first, second = send(world), send(world, key="")

    assert len(world.remover.shown) == 1
    assert first.record.record_id != second.record.record_id
    assert (second.record.width, second.record.content_type) == (4, "image/png")
    processed = world.gallery.read("me", second.record.record_id, "processed")[1].image.open().read()
    assert processed == b"the cut-out"


def test_the_cut_out_of_another_user_is_nobody_elses(world: World) -> None:
    send(world, key="")
    send(world, key="", user_id="you")

    assert len(world.remover.shown) == 2


def test_a_cut_out_that_is_gone_is_made_anew(world: World) -> None:
    first = send(world, key="")
    del world.images.objects[f"me/{first.record.record_id}/processed"]

    second = send(world, key="")

    assert len(world.remover.shown) == 2
    assert world.gallery.read("me", second.record.record_id, "processed")
