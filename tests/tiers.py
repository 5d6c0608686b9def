"""The tiers of a test's parameters: `make test` runs some of them, `make test-all` all."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest


def extended(*values: object) -> list[Any]:
    """Return parameters that only `make test-all` runs: parametrize("size", [1, *extended(2, 3)])."""
    return [pytest.param(value, marks=pytest.mark.extended) for value in values]


def one_in(number: int, *values: object) -> list[Any]:
    """Return parameters; `make test` runs the first and every `number`th after it."""
    return one_row_in(number, ((value,) for value in values))


def one_row_in(number: int, rows: Iterable[Sequence[object]]) -> list[Any]:
    """Do the same for rows of several values."""
    return [
        pytest.param(*row, marks=[pytest.mark.extended] if place % number else [])
        for place, row in enumerate(rows)
    ]
