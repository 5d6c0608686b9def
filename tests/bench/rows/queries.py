"""Rename, delete and health, each against a function that makes only the same database call."""

import json
from collections.abc import Mapping

from tests.bench.alternation import Figure, at_most, pairs, take_turns_call_by_call
from tests.bench.client import Connection
from tests.bench.functions import MAIN, QUERIES, function
from tests.bench.stage import Stage, as_user
from tests.bench.stock import Stock

_CALLS = 400
_METHODS = {"rename": "PUT", "delete": "DELETE", "health": "GET"}


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    stock = Stock(stage.uri)
    return [_figure(stage, stock, name) for name in _METHODS]


def _figure(stage: Stage, stock: Stock, name: str) -> Figure:
    # Each call has its own record, because a deleted one cannot be used again.
    ours, limits = (stock.keep(_CALLS * stage.rounds) for _ in range(2))
    with (
        function(stage, MAIN, name) as server,
        function(stage, QUERIES, name) as limit,
        Connection(server.port) as connection,
        Connection(limit.port) as connection_to_limit,
    ):

        def call(number: int) -> float:
            user_id, record_id = ours[number]
            path = f"/api/{name}" if name == "health" else f"/api/{name}/{record_id}"
            return _seconds(connection, name, path, as_user(user_id))

        def call_limit(number: int) -> float:
            user_id, record_id = limits[number]
            return _seconds(connection_to_limit, name, f"/{record_id}?user_id={user_id}", {})

        turns = take_turns_call_by_call(name, stage.rounds, _CALLS, call, call_limit)
    return Figure(f"{name}, p50", "ms", "the same call alone", pairs(turns, "p50"), at_most(1.4))


def _seconds(connection: Connection, name: str, path: str, headers: Mapping[str, str]) -> float:
    body = json.dumps({"record_name": "Another name"}).encode() if name == "rename" else b""
    kind = {"Content-Type": "application/json"}
    return connection.succeed(_METHODS[name], path, body, {**headers, **kind}).seconds
