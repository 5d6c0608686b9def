"""Cleanup: expired records, stale leases and orphaned objects."""

from dataclasses import replace
from datetime import timedelta

import pytest

from common.domain.errors import Unavailable
from common.domain.models import CleanupReport, TimeWindow
from infra.local.__main__ import _prepare
from tests.fakes import START, UPLOAD
from tests.world import DAY, World


@pytest.fixture
def world() -> World:
    return World()


def test_cleanup_deletes_expired_records_with_their_images(world: World) -> None:
    world.keep("me", START - 31 * DAY)
    world.keep("you", START - 99 * DAY)
    young = world.keep("me", START - 29 * DAY)

    assert world.retention.clean_up() == CleanupReport(2, 0, 2, more=False)

    assert list(world.records.kept) == [young]
    assert list(world.images.objects) == [f"me/{young}/original"]


def test_cleanup_works_through_as_many_batches_as_there_are(world: World) -> None:
    for _ in range(250):
        world.keep("me", START - 31 * DAY)

    assert world.retention.clean_up() == CleanupReport(250, 0, 250, more=False)
    assert world.steps.taken.count("delete_many") == 3


def test_cleanup_releases_claims_of_dead_processes_only(world: World) -> None:
    for age in (timedelta(), timedelta(minutes=14), timedelta(minutes=16), DAY, timedelta(minutes=-14), -DAY):
        world.records.acquire("me", UPLOAD, limit=9, now=START - age, valid=TimeWindow(START - 9 * DAY))

    assert world.retention.clean_up().released_claims == 3  # no lease can begin a day ahead
    assert world.retention.release_leases(older_than=timedelta(minutes=10)) == 2
    assert world.gallery.list("me").used == 1


def test_without_retention_nothing_expires(world: World) -> None:
    world.keep("me", START - 9999 * DAY)
    world.records.acquire("me", UPLOAD, limit=9, now=START - DAY, valid=TimeWindow(START - DAY))

    report = replace(world.retention, period=None).clean_up()

    assert report == CleanupReport(0, 1, 0, more=False)
    assert world.gallery.list("me").used == 1


def test_cleanup_that_runs_out_of_time_says_that_there_is_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(250):
        world.keep("me", START - 31 * DAY)
    ticks = iter(range(0, 1000, 30))  # the clock advances half a minute with each call
    monkeypatch.setattr("common.service.retention.time.monotonic", lambda: next(ticks))

    assert world.retention.clean_up() == CleanupReport(100, 0, 100, more=True)


def _orphan(world: World, name: str, age: timedelta) -> None:
    world.images.objects[name] = b"left by a dead process"
    world.images.made[name] = START - age


def test_cleanup_deletes_old_orphans(world: World) -> None:
    kept = world.keep("me", START)
    _orphan(world, f"me/{'0' * 24}/original", timedelta(minutes=61))
    _orphan(world, f"me/{kept}/preview", DAY)  # of a record that only names its original
    _orphan(world, f"me/{'1' * 24}/original", timedelta(minutes=59))

    assert world.retention.clean_up() == CleanupReport(0, 0, 2, more=False)

    assert set(world.images.objects) == {f"me/{kept}/original", f"me/{'1' * 24}/original"}


def test_no_object_of_a_record_is_ever_taken_for_a_orphan(world: World) -> None:
    for _ in range(7):
        record_id = world.keep("me", START)
        world.images.made[f"me/{record_id}/original"] = START - DAY

    assert world.retention.clean_up().deleted_images == 0
    assert len(world.images.objects) == 7


def test_orphans_wait_while_there_is_more_that_has_expired(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(250):
        world.keep("me", START - 31 * DAY)
    _orphan(world, "me/id/original", DAY)
    monkeypatch.setattr("common.timeouts.CLEANUP_SECONDS", 0)

    assert world.retention.clean_up() == CleanupReport(0, 0, 0, more=True)
    assert "page" not in world.steps.taken


def test_a_search_for_orphans_that_takes_too_long_is_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        _orphan(world, f"me/{number}/original", DAY)
    ticks = iter(range(0, 1000, 20))
    monkeypatch.setattr("common.service.retention.time.monotonic", lambda: next(ticks))

    report = world.retention.clean_up()

    assert (report.more, report.deleted_images) == (True, 2)
    assert len(world.images.objects) == 4


def test_a_cleanup_that_fails_half_way_does_not_say_that_nothing_was_changed(world: World) -> None:
    world.keep("me", START - 31 * DAY)
    world.steps.failing["remove"] = Unavailable()

    with pytest.raises(Unavailable, match="Part of the work may be done"):
        world.retention.clean_up()


@pytest.mark.parametrize("shared", [False, True])
def test_a_start_on_this_machine_waits_for_claims_and_for_nothing_else(world: World, shared: bool) -> None:
    world.keep("me", START - 31 * DAY)
    world.records.acquire(
        "me", UPLOAD, limit=9, now=START - timedelta(seconds=1), valid=TimeWindow(START - DAY)
    )

    _prepare(world.retention, world.records.ping, shared=shared)

    assert world.gallery.list("me").used == 1 + shared
    assert "delete_many" not in world.steps.taken
