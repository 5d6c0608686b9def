"""Contenders that take turns, and the figures of their measurements."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Measured = Mapping[str, float]  # of one turn, by figure


@dataclass(frozen=True)
class Bound:
    """The target of a ratio."""

    ratio: float
    is_least: bool

    def admits(self, ratio: float) -> bool:
        """Tell whether a ratio reaches the target."""
        return ratio >= self.ratio if self.is_least else ratio <= self.ratio

    def __str__(self) -> str:
        return f"at {'least' if self.is_least else 'most'} {self.ratio:.3g}"


def at_least(ratio: float) -> Bound:
    """Return the target for a figure that should be large."""
    return Bound(ratio, is_least=True)


def at_most(ratio: float) -> Bound:
    """Return the target for a figure that should be small."""
    return Bound(ratio, is_least=False)


@dataclass(frozen=True)
class Figure:
    """One figure: our and the other contender's measurements in each round."""

    name: str
    unit: str
    beside: str
    rounds: Sequence[tuple[float, float]]  # ours, theirs
    bound: Bound | None = None  # None: no target

    @property
    def ours(self) -> float:
        """The median of our measurements."""
        return median(ours for ours, _ in self.rounds)

    @property
    def theirs(self) -> float:
        """The median of the other's measurements."""
        return median(theirs for _, theirs in self.rounds)

    @property
    def ratios(self) -> list[float]:
        """Ours divided by theirs for each round, in which both had the same conditions; sorted."""
        return sorted(ours / theirs for ours, theirs in self.rounds)

    @property
    def ratio(self) -> float:
        """The median of the ratios, which is not the ratio of the medians."""
        return median(self.ratios)

    @property
    def is_reached(self) -> bool:
        """Tell whether the median ratio reaches the target."""
        return self.bound is None or self.bound.admits(self.ratio)


def take_turns(name: str, rounds: int, *contenders: Callable[[], Measured]) -> list[list[Measured]]:
    """Let each contender measure once in each round, and return the measurements by round."""
    turns = []
    for number in range(rounds):
        _show(name, number, rounds)
        turns.append([measure() for measure in contenders])
    return turns


def take_turns_call_by_call(
    name: str, rounds: int, times: int, *calls: Callable[[int], float]
) -> list[list[Measured]]:
    """Let the contenders make short calls in turn, and return the percentiles of each round.

    A call gets its number, from 0, and returns the seconds that it took; the percentiles are in ms.
    """
    turns = []
    for number in range(rounds):
        _show(name, number, rounds)
        took = [[call(at) for call in calls] for at in range(number * times, (number + 1) * times)]
        turns.append([_percentiles(of_one) for of_one in zip(*took, strict=True)])
    return turns


def _show(name: str, number: int, rounds: int) -> None:
    print(f"{name}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)


def _percentiles(seconds: Sequence[float]) -> Measured:
    return {f"p{share}": 1000 * percentile(seconds, share / 100) for share in (50, 95, 99)}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of the values lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def pairs(
    turns: Iterable[Sequence[Measured]], what: str, *, ours: int = 0, theirs: int = 1
) -> list[tuple[float, float]]:
    """Return the measurements of two contenders for each round, ours first."""
    return [(turn[ours][what], turn[theirs][what]) for turn in turns]
