"""The time that an idle connection stays open."""

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

from common.timeouts import CROWDED_SECONDS
from common.web.front.channel import Channel


def idle_connection(idle_seconds: float) -> Any:
    """Return a connection whose last request was at 0, and that records its end."""
    channel: Any = Channel.__new__(Channel)
    channel.__dict__.update(
        server=SimpleNamespace(idle_seconds=idle_seconds),
        request=None,
        requests=[],
        total_outbufs_len=0,
        last_activity=0.0,
        ended=False,
        _seen_activity=0.0,
        _active_at=0.0,
        _request_seen=None,
        _samples=deque(),
        _lingers_since=None,
    )
    channel.handle_close = lambda: channel.__dict__.update(ended=True)
    return channel


@pytest.mark.parametrize(
    ("idle_seconds", "now", "ended"), [(10, 9, False), (10, 11, True), (620, 600, False), (620, 621, True)]
)
def test_it_ends_after_the_chosen_time(idle_seconds: float, now: float, ended: bool) -> None:
    channel = idle_connection(idle_seconds)

    channel.check(now, crowded=False)

    assert channel.ended is ended


def test_it_ends_sooner_when_there_are_too_many() -> None:
    channel = idle_connection(620)

    channel.check(CROWDED_SECONDS + 1, crowded=True)

    assert channel.ended
