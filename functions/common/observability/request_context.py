"""Facts about the current request, for its line in the log.

with scope() as context:
    bind(remover="local")
    with timed("encode"):
        ...
context  # {"remover": "local", "steps": {"encode": 0.0312}}
"""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar

Context = dict[str, object]

_context: ContextVar[Context | None] = ContextVar("request_context", default=None)


@contextlib.contextmanager
def scope() -> Iterator[Context]:
    """Collect the facts that this block binds, also in threads that run in a copy of its context."""
    context: Context = {}
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)


def current() -> Context:
    """Return the facts about the current request so far."""
    return _context.get() or {}


def bind(**facts: object) -> None:
    """Add facts about the current request; do nothing outside of a request.

    Never bind a name, a key, a cookie or any part of a picture.
    """
    context = _context.get()
    if context is not None:
        context.update(facts)


@contextlib.contextmanager
def timed(step: str) -> Iterator[None]:
    """Add the seconds that this step takes to the request's `steps`."""
    started = time.perf_counter()
    try:
        yield
    finally:
        context = _context.get()
        if context is not None:
            steps = context.setdefault("steps", {})
            assert isinstance(steps, dict)  # noqa: S101 - for the type checker
            steps[step] = round(steps.get(step, 0) + time.perf_counter() - started, 4)
