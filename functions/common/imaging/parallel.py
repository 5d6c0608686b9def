"""Work on one picture spread over the processor's cores, while it is the only one at work.

By threads: what takes long in it runs outside Python's lock. With several pictures at work each keeps to its
own thread; handing parts around would cost all of them a twentieth.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Item = TypeVar("Item")
Given = ParamSpec("Given")
Outcome = TypeVar("Outcome")

_threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="core")
_counting = threading.Lock()
_at_work = 0


@contextlib.contextmanager
def at_work() -> Iterator[None]:
    """Count a picture as one at work; also a decorator."""
    global _at_work
    with _counting:
        _at_work += 1
    try:
        yield
    finally:
        with _counting:
            _at_work -= 1


def spread(work: Callable[[Item], Outcome], items: Iterable[Item]) -> Sequence[Outcome]:
    """Return what the work on every item comes to."""
    return list(map(work, items) if _at_work > 1 else _threads.map(work, items))


def begin(work: Callable[Given, Outcome], *given: Given.args, **named: Given.kwargs) -> "Future[Outcome]":
    """Return the outcome of work that goes on beside the caller's."""
    if _at_work <= 1:
        return _threads.submit(work, *given, **named)
    done: Future[Outcome] = Future()
    done.set_result(work(*given, **named))
    return done
