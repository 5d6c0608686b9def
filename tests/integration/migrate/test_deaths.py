"""A run killed at any step loses no image, and the next run finishes."""

from datetime import timedelta

import pytest

from tests.gcs import FailingWay, GcsEmulator
from tests.integration.migrate.album import Album
from tests.integration.migrate.mortal import KILLED, Mortals
from tests.tiers import one_in, one_row_in

# The run dies at the second record, whose move has more steps.
RECORDS = ("text", "the original's")
# The bucket id's object, and for each record three uploads and two changes of the record; each step has a
# before and an after.
STEPS_TO_BUCKET = 2 + 2 * (3 + 1 + 1) * len(RECORDS)
# For each record one change and three deletions.
STEPS_TO_RECORDS = 2 * (1 + 3) * len(RECORDS)
IN_TWO_HOURS = timedelta(hours=2)


@pytest.mark.parametrize("step", one_in(5, *range(STEPS_TO_BUCKET // 2, STEPS_TO_BUCKET)))
def test_a_run_to_the_bucket_that_is_killed_loses_nothing_and_the_next_one_finishes(
    album: Album, mortals: Mortals, step: int
) -> None:
    album.keep(*RECORDS)
    before = album.served()

    assert mortals.run("to-bucket", step) == KILLED
    assert album.served() == before
    album.service(ahead=IN_TWO_HOURS).retention.clean_up()  # takes the objects of the killed run for orphans
    assert album.served() == before
    assert album.migrate("to-bucket") == 0
    assert album.served() == before
    assert album.inline() == set()
    assert album.objects() == album.named()


@pytest.mark.parametrize("step", one_in(5, *range(STEPS_TO_RECORDS // 2, STEPS_TO_RECORDS)))
def test_a_run_to_the_records_that_is_killed_loses_nothing_and_leaves_orphans_at_most(
    album: Album, mortals: Mortals, step: int
) -> None:
    kept = album.keep(*RECORDS)
    album.migrate("to-bucket")
    before = album.served()

    assert mortals.run("to-records", step) == KILLED
    assert album.served() == before
    assert album.migrate("to-records") == 0
    assert album.served(with_bucket=False) == before
    assert album.inline() == set(kept)
    album.service(ahead=IN_TWO_HOURS).retention.clean_up()
    assert album.objects() == set()
    assert album.served() == before


@pytest.mark.parametrize(
    ("direction", "steps"), [("to-bucket", STEPS_TO_BUCKET), ("to-records", STEPS_TO_RECORDS)]
)
def test_these_are_all_the_steps(album: Album, mortals: Mortals, direction: str, steps: int) -> None:
    album.keep(*RECORDS)
    if direction == "to-records":
        album.migrate("to-bucket")

    assert mortals.run(direction, steps) == 0


@pytest.mark.parametrize("step", one_in(2, 6, 7, 8, 9))
def test_a_killed_run_to_the_bucket_can_be_undone(album: Album, mortals: Mortals, step: int) -> None:
    album.keep("text")
    before = album.served()
    assert mortals.run("to-bucket", step) == KILLED

    assert album.migrate("to-records") == 0
    assert album.named() == set()
    assert album.served(with_bucket=False) == before
    album.service(ahead=IN_TWO_HOURS).retention.clean_up()
    assert album.objects() == set()


@pytest.mark.parametrize(("direction", "after"), one_row_in(2, [("to-bucket", 4), ("to-records", 1)]))
def test_the_command_loses_nothing_if_it_is_killed_while_the_storage_hangs(
    album: Album, gcs: GcsEmulator, direction: str, after: int
) -> None:
    album.keep(*RECORDS)
    if direction == "to-records":
        album.migrate("to-bucket")
    before = album.served()
    with FailingWay(to=gcs.url, after=after) as way:
        process = album.start(direction, STORAGE_EMULATOR_HOST=way.url)
        assert way.reached.wait(30)
        process.kill()
        process.communicate()

    assert album.served() == before
    assert album.migrate(direction) == 0
    assert album.served() == before
