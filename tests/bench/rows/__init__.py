"""The rows of the table by name: each measures on its stage and returns figures."""

from collections.abc import Callable, Mapping

from tests.bench.alternation import Figure
from tests.bench.rows import (
    cold_start,
    crowd,
    edge,
    expiry,
    growth,
    large,
    listing,
    queries,
    stateless,
    throughput,
    tombstones,
)
from tests.bench.stage import Stage

ROWS: Mapping[str, Callable[[Stage], list[Figure]]] = {
    "throughput": throughput.measure,
    "stateless": stateless.measure,
    "large": large.measure_time,
    "memory": large.measure_memory,
    "cold-start": cold_start.measure,
    "list": listing.measure,
    "tombstones": tombstones.measure,
    "queries": queries.measure,
    "crowd": crowd.measure,
    "edge": edge.measure,
    "growth": growth.measure,
    "expiry": expiry.measure,
}
