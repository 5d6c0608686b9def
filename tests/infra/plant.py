"""Mistakes for the tests of checks."""

from typing import Any

REMOVED = object()


def plant(thing: Any, path: str, value: object) -> None:
    """Set the value at a path such as `spec.containers.0.image`, or remove it."""
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in way:
        thing = thing[step]
    if value is REMOVED:
        del thing[last]
    else:
        thing[last] = value
