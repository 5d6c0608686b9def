"""Work on one picture in parallel on all processors while no other worker needs them."""

import threading

import pytest

from common.imaging.parallel import parallel_map, sharing, submit


def thread(_: object) -> str:
    return threading.current_thread().name


def test_outcomes_come_in_the_order_of_the_items() -> None:
    assert parallel_map(lambda item: item * 2, range(100)) == [item * 2 for item in range(100)]


def test_a_picture_that_is_alone_has_every_processor() -> None:
    with sharing(alone=True):
        assert all(name.startswith("core") for name in parallel_map(thread, range(10)))
        assert submit(thread, None).result().startswith("core")


def test_beside_other_pictures_the_work_stays_on_its_thread() -> None:
    here = threading.current_thread().name

    with sharing(alone=False):
        assert set(parallel_map(thread, range(10))) == {here}
        assert submit(thread, None).result() == here
    assert submit(thread, None).result() != here


def test_a_failure_restores_what_was_set_before() -> None:
    with pytest.raises(ZeroDivisionError), sharing(alone=False):
        parallel_map(lambda item: 1 // item, [1, 0])

    assert submit(thread, None).result().startswith("core")
