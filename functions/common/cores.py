"""Work spread over the processor's cores by threads; what takes long in it runs outside Python's lock."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

_threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="core")
begin = _threads.submit


def spread(work: Callable[[Item], Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
    """Begin to work on every item, and yield the outcomes in their order."""
    return _threads.map(work, items)
