"""The cleanup of many expired records: its memory, and its time against that of a few."""

import json

from tests.bench.alternation import Figure, Measured, at_most, pairs, take_turns
from tests.bench.client import call_once
from tests.bench.functions import MAIN, function
from tests.bench.stage import Stage
from tests.bench.stock import Stock

_FEW, _MANY, _MANY_IN_HASTE = 1_000, 100_000, 10_000
_DAYS_OLD = 40  # kept for 30


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    many = _MANY_IN_HASTE if stage.is_quick else _MANY
    stock = Stock(stage.uri)
    turns = take_turns(
        "cleanup", stage.rounds, lambda: _clean_up(stage, stock, many), lambda: _clean_up(stage, stock, _FEW)
    )
    memory = [(turn["peak"], turn["start"]) for turn, _ in turns]
    beside = f"of {_FEW:,}"
    return [
        Figure(f"cleanup of {many:,}, peak memory", "MB", "before it began", memory, at_most(1.2)),
        Figure(f"cleanup of {many:,}, for 1,000", "s", beside, pairs(turns, "seconds")),
    ]


def _clean_up(stage: Stage, stock: Stock, records: int) -> Measured:
    with function(stage, MAIN, "cleanup") as server:
        call_once(server.port, "POST", "/")  # there is nothing yet: what it needs is loaded
        stock.keep(records, days_old=_DAYS_OLD)
        start, seconds, more = server.resident_bytes(), 0.0, True
        while more:
            answer = call_once(server.port, "POST", "/")
            seconds += answer.seconds
            more = json.loads(answer.body)["more"]
        peak = server.peak_bytes()
    return {"start": start / 1e6, "peak": peak / 1e6, "seconds": seconds * 1000 / records}
