"""Work on one picture with all processors while no other worker needs them.

Threads suffice, because the slow parts run without Python's lock. While other workers are busy, each worker
uses one thread: with more threads, all of them together take 5 % longer.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Item = TypeVar("Item")
Given = ParamSpec("Given")
Outcome = TypeVar("Outcome")


def processors() -> int:
    """Return how many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_threads = ThreadPoolExecutor(processors(), thread_name_prefix="core")
_is_alone = True


@contextlib.contextmanager
def sharing(*, alone: bool) -> Iterator[None]:
    """Use all processors in this block, or one thread if other workers are active."""
    global _is_alone
    _is_alone, before = alone, _is_alone
    try:
        yield
    finally:
        _is_alone = before


def parallel_map(work: Callable[[Item], Outcome], items: Iterable[Item]) -> Sequence[Outcome]:
    """Call `work` for each item in parallel, and return the outcomes in the same order."""
    return list(_threads.map(work, items) if _is_alone else map(work, items))


def submit(work: Callable[Given, Outcome], *given: Given.args, **named: Given.kwargs) -> "Future[Outcome]":
    """Submit work and return its future; if other workers are active, do the work first."""
    if _is_alone:
        return _threads.submit(work, *given, **named)
    done: Future[Outcome] = Future()
    done.set_result(work(*given, **named))
    return done
