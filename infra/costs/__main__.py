"""python -m infra.costs: print the tables of COSTS.md, from its prices and measured figures."""

import sys
from collections.abc import Callable, Iterable, Sequence

from infra.costs import figures as f

SIZES = (1_000, 100_000, 10_000_000)  # pictures a month
Row = tuple[str, Callable[[int], float]]


def main() -> int:
    """Print both tables as Markdown."""
    print("\n".join([*costs(), "", *loads()]))
    return 0


def costs() -> list[str]:
    """Return the table of dollars a month."""
    total = ("**Sum**", lambda n: sum(cost(n) for _, cost in COSTS))
    return table("US dollars a month", [*COSTS, total, *EXTRAS], _dollars)


def loads() -> list[str]:
    """Return the table of loads."""
    return table("a burst is ten times the mean", LOADS, lambda n: f"{n:,.2g}" if n < 10 else f"{n:,.0f}")


def table(corner: str, rows: Iterable[Row], shown: Callable[[float], str]) -> list[str]:
    """Return a Markdown table with a column for each size."""
    head = [corner, *(f"{n:,}" for n in SIZES)]
    body = [[name, *(shown(value(n)) for n in SIZES)] for name, value in rows]
    return [_line(head), _line(["---", *("---:" for _ in SIZES)]), *(_line(row) for row in body)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _dollars(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}"


def functions(n: int, upload: f.Function = f.UPLOAD) -> float:
    """Return Cloud Run's price: it charges for an instance while a request is in it."""
    seconds = [
        (upload, _busy(n * upload.seconds, upload)),
        (f.CALL, _busy(n * f.CALLS * f.CALL.seconds, f.CALL)),
    ]
    seconds.append((f.HEALTH, f.CHECKS * f.HEALTH.seconds))
    cpu = sum(each.cpus * busy for each, busy in seconds)
    memory = sum(each.gib * busy for each, busy in seconds)
    requests = n * (1 + f.CALLS) + f.CHECKS
    return (
        max(0, cpu - f.FREE_CPU_SECONDS) * f.CPU_SECOND
        + max(0, memory - f.FREE_GIB_SECONDS) * f.GIB_SECOND
        + max(0, requests - f.FREE_REQUESTS) * f.REQUEST
    )


def _busy(seconds: float, function: f.Function) -> float:
    """Return the instance seconds: requests share an instance if several are in work on average."""
    return seconds / min(function.shared, max(1, seconds / f.MONTH))


def warm(function: f.Function) -> float:
    """Return the price of keeping an idle instance ready."""
    return f.MONTH * (function.cpus * f.IDLE_CPU_SECOND + function.gib * f.IDLE_GIB_SECOND)


def stored(n: int) -> float:
    """Return the GiB in the bucket: pictures are kept for 30 days, and for 7 more after their deletion."""
    return n * f.STORED_MB * f.MB / f.GIB * (f.DAYS_KEPT + f.DAYS_SOFT_DELETED) / 30


def sent(n: int) -> float:
    """Return the price of the traffic to the users, in tiers."""
    left, price = n * f.SENT_MB * f.MB / f.GIB, 0.0
    for step, dollars in f.EGRESS:
        price += min(left, step) * dollars
        left = max(0, left - step)
    return price


def _in_flight(n: int) -> float:
    return n * f.UPLOAD.seconds / f.MONTH


def _connections(n: int) -> float:
    """Return the connections to one node of the database: those in use, and those that watch it."""
    calls = f.BURST * n * f.CALLS * f.CALL.seconds / f.MONTH
    in_flight = [(f.UPLOAD, f.BURST * _in_flight(n)), (f.CALL, calls)]
    return sum(busy + f.WATCHING * max(1, busy / each.shared) for each, busy in in_flight)


COSTS: list[Row] = [
    ("Functions: CPU, memory, requests [a]", functions),
    ("Pictures at rest, a week of soft delete included [b]", lambda n: stored(n) * f.STORAGE),
    ("Bucket operations [b]", lambda n: n * (f.WRITES * f.WRITE + f.READS * f.READ)),
    ("To the users [c]", sent),
    ("Load balancer, two rules [d]", lambda _: f.HOURS * f.FORWARDING_RULES),
    ("Load balancer, data [d]", lambda n: n * f.BALANCED_MB * f.MB / f.GIB * f.BALANCED),
    ("Site by Cloud CDN [e]", lambda n: n * (f.SITE_MB * f.MB / f.GIB * f.CDN + f.SITE_REQUESTS * f.LOOKUP)),
    ("Logs [f]", lambda n: max(0, n * f.LOG_KB * 1e3 / f.GIB - f.FREE_LOG_GIB) * f.LOG),
    ("Containers of the functions [f]", lambda _: f.CONTAINERS_GIB * f.REGISTRY),
    ("MongoDB Atlas: M0, Flex, M30 [g]", lambda n: f.ATLAS[SIZES.index(n)]),
]
EXTRAS: list[Row] = [
    ("One warm instance of upload [a]", lambda _: warm(f.UPLOAD)),
    ("One warm instance of list, or of image [a]", lambda _: warm(f.CALL)),
    ("Cloud Armor, three policies [d]", lambda n: 3 * f.POLICY + n * (1 + f.CALLS) * f.ARMOR_REQUEST),
    ("The local model instead of the provider", lambda n: functions(n, f.LOCAL_UPLOAD) - functions(n)),
]
LOADS: list[Row] = [
    ("uploads a second, mean", lambda n: n / f.MONTH),
    ("uploads a second, burst", lambda n: f.BURST * n / f.MONTH),
    ("uploads in flight, burst", lambda n: f.BURST * _in_flight(n)),
    ("instances of upload, burst", lambda n: max(1, f.BURST * _in_flight(n) / f.UPLOAD.shared)),
    ("database operations a second, burst", lambda n: f.BURST * n * f.DATABASE_OPERATIONS / f.MONTH),
    ("connections to a node of the database, burst", _connections),
    ("records and indexes, MB", lambda n: n * f.RECORD_KB / 1e3),
    ("records that expire in an hour", lambda n: n / f.HOURS),
]

if __name__ == "__main__":
    sys.exit(main())
