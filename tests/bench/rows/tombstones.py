"""The list of a user with 10,000 tombstones, against that of a user with none."""

from datetime import UTC, datetime

from tests.bench.alternation import Figure, at_most, pairs, take_turns_call_by_call
from tests.bench.client import Connection
from tests.bench.functions import MAIN, function
from tests.bench.stage import Stage, as_user
from tests.bench.stock import Stock, record

_CALLS = 400
_TOMBSTONES = 10_000
_DELETER, _KEEPER = "whoever-deleted-many", "whoever-deleted-none"


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    images = Stock(stage.uri).images
    for user_id in (_DELETER, _KEEPER):
        images.insert_many([{**record(number), "user_id": user_id} for number in range(5)])
    gone = {"deleted_by": _DELETER, "status": "deleted", "deleted_at": datetime.now(UTC)}
    for _ in range(0, _TOMBSTONES, 1_000):
        images.insert_many([dict(gone) for _ in range(1_000)])
    with function(stage, MAIN, "list_images") as server, Connection(server.port) as connection:

        def call(user_id: str) -> float:
            return connection.succeed("GET", "/api/list", headers=as_user(user_id)).seconds

        turns = take_turns_call_by_call(
            "tombstones", stage.rounds, _CALLS, lambda _: call(_DELETER), lambda _: call(_KEEPER)
        )
    return [
        Figure("list, 10,000 tombstones, p50", "ms", "no tombstones", pairs(turns, "p50"), at_most(1.5)),
    ]
