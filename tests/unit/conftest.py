"""What the unit tests share."""

from collections.abc import Callable, Iterator

import pytest

from common import bootstrap
from common.settings import SETTINGS


@pytest.fixture
def provide() -> Iterator[Callable[[bootstrap.Parts], None]]:
    """Give the endpoints these parts for the length of a test."""
    yield bootstrap.provide
    bootstrap.provide(None)


@pytest.fixture(autouse=True)
def _no_settings_of_this_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings that happen to be in the environment out of every test."""
    for name in [*SETTINGS, "FUNCTION_TARGET"]:
        monkeypatch.delenv(name, raising=False)
