"""The faults of a chaos run, and the times at which they happened."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from random import Random

from tests.chaos.provider import MOODS
from tests.chaos.stage import Stage
from tests.storage_gate import Fate

STORES = ("database", "bucket", "host")  # their faults may come between a write and its answer
_AFTERMATH = 10.0  # seconds within which everything recovers after a fault


@dataclass(frozen=True)
class Fault:
    """A way to fail, active while its context is open."""

    part: str
    name: str
    happen: Callable[[], AbstractContextManager[object]]


class Chronicle:
    """The times at which parts failed; threads ask it whether a fault explains an answer."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._spans: list[tuple[str, float, float]] = []
        self._open: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def write(self, fault: Fault, *, counted: bool = True) -> Iterator[None]:
        """Record that this part fails until the block ends."""
        begun = time.monotonic()
        with self._lock:
            if counted:
                self.counts[f"{fault.part} {fault.name}"] += 1
            self._open[fault.part] = begun
        try:
            yield
        finally:
            with self._lock:
                del self._open[fault.part]
                self._spans.append((fault.part, begun, time.monotonic()))

    def explains(
        self, parts: Container[str], begun: float, ended: float, *, aftermath: float = _AFTERMATH
    ) -> bool:
        """Tell whether one of these parts was failing, or recovering, in this time."""
        with self._lock:
            spans = [*self._spans, *((part, since, ended) for part, since in self._open.items())]
        return any(
            part in parts and since <= ended and until + aftermath >= begun for part, since, until in spans
        )


def all_faults(stage: Stage, rng: Random) -> list[Fault]:
    """Return all faults that can happen on this stage."""
    return [*_database(stage), *_bucket(stage, rng), *_provider(stage), *_host(stage, rng)]


def _database(stage: Stage) -> Iterator[Fault]:
    link, database = stage.link, stage.database
    yield Fault("database", "cut off", lambda: _between(link.cut, link.restore))
    yield Fault("database", "stalled", lambda: _between(link.stall, link.restore))
    yield Fault("database", "slow", link.slow)
    yield Fault("database", "blinking", link.blinking)

    def kill() -> None:
        database.kill()
        link.cut()

    def restart() -> None:
        database.restart()
        link.restore()

    yield Fault("database", "killed", lambda: _between(kill, restart))


def _bucket(stage: Stage, rng: Random) -> Iterator[Fault]:
    if gate := stage.gate:
        for name, fate in (("refusing", Fate.REFUSE), ("losing", Fate.LOSE), ("cutting", Fate.CUT)):

            def begin(fate: Fate = fate) -> None:
                gate.meet(_Some(rng), fate)

            yield Fault("bucket", name, lambda begin=begin: _between(begin, gate.reset))  # type: ignore[misc]


class _Some(Container[int]):
    """A predicate that is true for half of all numbers."""

    def __init__(self, rng: Random) -> None:
        self._rng = Random(rng.random())

    def __contains__(self, number: object) -> bool:
        return self._rng.random() < 0.5


def _provider(stage: Stage) -> Iterator[Fault]:
    provider = stage.provider
    yield Fault("provider", "slow", lambda: _between(provider.slow_down, provider.recover))
    for mood in MOODS:

        def begin(mood: str = mood) -> None:
            provider.fall_into(mood)

        yield Fault("provider", mood, lambda begin=begin: _between(begin, provider.recover))  # type: ignore[misc]


def _host(stage: Stage, rng: Random) -> Iterator[Fault]:
    host = stage.host

    def struck() -> Sequence[str]:
        """Return a subset of the functions; half of the time it includes upload, which has most to lose."""
        chosen = rng.sample(host.units, rng.randint(1, min(3, len(host.units))))
        return [*{*chosen, "upload"} & {*host.units}] if rng.random() < 0.5 else chosen

    def down(end: Callable[[Sequence[str]], None]) -> AbstractContextManager[object]:
        units = list(dict.fromkeys(struck()))
        return _between(lambda: end(units), lambda: host.start(units))

    yield Fault("host", "killed", lambda: down(host.kill))
    yield Fault("host", "ended", lambda: down(host.end))
    yield Fault("host", "workers killed", lambda: _between(lambda: host.kill_workers(struck()), lambda: None))


@contextlib.contextmanager
def _between(begin: Callable[[], None], end: Callable[[], None]) -> Iterator[None]:
    begin()
    try:
        yield
    finally:
        end()
