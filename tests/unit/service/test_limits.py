"""How much a process takes on."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from common.domain.errors import Overloaded
from common.service.limits import Admission, PixelBudget


def test_who_finds_no_place_is_refused_at_once_and_let_in_later() -> None:
    admission = Admission(2)
    with admission.enter():
        with admission.enter(), pytest.raises(Overloaded), admission.enter():
            pass
        with admission.enter():
            pass


def test_a_place_is_given_back_by_whoever_fails() -> None:
    admission = Admission(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), admission.enter():
            raise ZeroDivisionError


def test_pictures_at_work_stay_within_the_budget() -> None:
    budget, at_work, most = PixelBudget(10, patience=20), [0], [0]
    counting = threading.Lock()

    def work(pixels: int) -> None:
        with budget.hold(pixels):
            with counting:
                at_work[0] += pixels
                most[0] = max(most[0], at_work[0])
            time.sleep(0.01)
            with counting:
                at_work[0] -= pixels

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(work, [1, 7, 3, 10, 2, 5, 9, 4] * 4))

    assert at_work == [0]
    assert 5 <= most[0] <= 10


def test_a_picture_larger_than_the_budget_is_worked_on_alone() -> None:
    budget = PixelBudget(10, patience=0.05)
    with budget.hold(1_000), pytest.raises(Overloaded), budget.hold(1):
        pass
    with budget.hold(10):
        pass


def test_a_large_picture_is_not_overtaken_for_ever() -> None:
    budget, served = PixelBudget(10, patience=20), []

    def work(number: int, pixels: int) -> None:
        with budget.hold(pixels):
            served.append(number)

    with ThreadPoolExecutor(8) as threads:
        with budget.hold(5):
            waiting = []
            for number, pixels in enumerate([10, 1, 1, 1]):
                waiting.append(threads.submit(work, number, pixels))
                while len(budget._line) <= number:
                    time.sleep(0.001)
        for each in waiting:
            each.result(20)

    assert served[0] == 0
    assert all(earlier != later for earlier, later in pairwise(served))


def test_who_waits_too_long_leaves_the_line() -> None:
    budget = PixelBudget(10, patience=0.05)
    with budget.hold(10):
        for _ in range(3):
            with pytest.raises(Overloaded), budget.hold(1):
                pass
    with budget.hold(10):
        pass
