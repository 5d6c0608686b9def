"""Work on one picture, spread over the cores while it is alone."""

import threading

import pytest

from common.imaging.parallel import at_work, begin, spread


def thread(_: object) -> str:
    return threading.current_thread().name


def test_outcomes_come_in_the_order_of_the_items() -> None:
    assert spread(lambda item: item * 2, range(100)) == [item * 2 for item in range(100)]


def test_a_picture_that_is_alone_has_every_core() -> None:
    with at_work():
        assert all(name.startswith("core") for name in spread(thread, range(10)))
        assert begin(thread, None).result().startswith("core")


def test_several_pictures_keep_to_the_threads_they_are_on() -> None:
    here = threading.current_thread().name

    with at_work(), at_work():
        assert set(spread(thread, range(10))) == {here}
        assert begin(thread, None).result() == here
    assert begin(thread, None).result() != here


def test_one_that_fails_is_at_work_no_more() -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), at_work():
            spread(lambda item: 1 // item, [1, 0])

    with at_work():
        assert begin(thread, None).result().startswith("core")
