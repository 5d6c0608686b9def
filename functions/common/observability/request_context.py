"""What is noted about the request at work, for the one line that the log gets of it."""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar

Notes = dict[str, object]

_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)


@contextlib.contextmanager
def noting() -> Iterator[Notes]:
    """Collect what is noted from here on, also by threads that run in a copy of this context."""
    notes: Notes = {}
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


def noted() -> Notes:
    """Return what is noted of the request at work so far."""
    return _notes.get() or {}


def note(**facts: object) -> None:
    """Add facts about the request at work; outside of one this does nothing.

    Never a name, a key, a cookie or anything of a picture.
    """
    notes = _notes.get()
    if notes is not None:
        notes.update(facts)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Add how long this step takes, in seconds."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        notes = _notes.get()
        if notes is not None:
            steps = notes.setdefault("steps", {})
            assert isinstance(steps, dict)  # noqa: S101 - for the type checker
            steps[name] = round(steps.get(name, 0) + time.perf_counter() - begun, 4)
