"""The limits on a process's concurrent work."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from common.domain.errors import Overloaded
from common.service.limits import ConcurrencyLimiter, WeightedSemaphore


def test_an_upload_without_a_place_is_refused_at_once_and_admitted_later() -> None:
    limiter = ConcurrencyLimiter(2)
    with limiter.acquire():
        with limiter.acquire(), pytest.raises(Overloaded), limiter.acquire():
            pass
        with limiter.acquire():
            pass


def test_a_failed_upload_releases_its_place() -> None:
    limiter = ConcurrencyLimiter(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), limiter.acquire():
            raise ZeroDivisionError


def test_concurrent_pictures_stay_within_the_capacity() -> None:
    pixels, active, most = WeightedSemaphore(10, timeout=20), [0], [0]
    counting = threading.Lock()

    def work(weight: int) -> None:
        with pixels.acquire(weight):
            with counting:
                active[0] += weight
                most[0] = max(most[0], active[0])
            time.sleep(0.01)
            with counting:
                active[0] -= weight

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(work, [1, 7, 3, 10, 2, 5, 9, 4] * 4))

    assert active == [0]
    assert 5 <= most[0] <= 10


def test_a_picture_larger_than_the_capacity_is_processed_alone() -> None:
    pixels = WeightedSemaphore(10, timeout=0.05)
    with pixels.acquire(1_000), pytest.raises(Overloaded), pixels.acquire(1):
        pass
    with pixels.acquire(10):
        pass


def test_a_large_picture_is_not_overtaken_forever() -> None:
    pixels, served = WeightedSemaphore(10, timeout=20), []

    def work(number: int, weight: int) -> None:
        with pixels.acquire(weight):
            served.append(number)

    with ThreadPoolExecutor(8) as threads:
        with pixels.acquire(5):
            waiting = []
            for number, weight in enumerate([10, 1, 1, 1]):
                waiting.append(threads.submit(work, number, weight))
                while len(pixels._queue) <= number:
                    time.sleep(0.001)
        for each in waiting:
            each.result(20)

    assert served[0] == 0
    assert all(earlier != later for earlier, later in pairwise(served))


def test_a_picture_that_waits_too_long_leaves_the_queue() -> None:
    pixels = WeightedSemaphore(10, timeout=0.05)
    with pixels.acquire(10):
        for _ in range(3):
            with pytest.raises(Overloaded), pixels.acquire(1):
                pass
    with pixels.acquire(10):
        pass
