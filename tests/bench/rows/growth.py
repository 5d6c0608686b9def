"""List, upload and rename in a database with a thousand times the records, against a small one."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.bench.alternation import Figure, at_most, pairs, take_turns_call_by_call
from tests.bench.client import Connection, form
from tests.bench.functions import INSTANT, function
from tests.bench.servers import Server
from tests.bench.stage import Stage, as_user, database
from tests.bench.stock import Stock

_FEW, _MANY, _MANY_IN_HASTE = 1_000, 1_000_000, 100_000
_CALLS = 200
_ENDPOINTS = {"list": "list_images", "upload": "upload", "rename": "rename"}


@dataclass(frozen=True)
class _World:
    """A database with records, some of their owners, and connections to functions that use it."""

    stock: Stock
    kept: Sequence[tuple[str, str]]
    servers: Mapping[str, Server]
    connections: Mapping[str, Connection]
    photo: bytes

    def list(self, number: int) -> float:
        """List a user's records."""
        user_id, _ = self.kept[number % len(self.kept)]
        return self.connections["list"].succeed("GET", "/api/list", headers=as_user(user_id)).seconds

    def rename(self, number: int) -> float:
        """Rename a record."""
        user_id, record_id = self.kept[number % len(self.kept)]
        body, path = json.dumps({"record_name": f"Picture {number}"}).encode(), f"/api/rename/{record_id}"
        return self.connections["rename"].succeed("PUT", path, body, as_user(user_id)).seconds

    def upload(self, _: int) -> float:
        """Upload a picture, and delete its record."""
        body, headers = form("image", self.photo, {})
        answer = self.connections["upload"].succeed("POST", "/api/upload", body, headers)
        self.stock.forget([json.loads(answer.body)["record"]["record_id"]])
        return answer.seconds

    def peak(self) -> float:
        """Return the peak memory of the functions in megabytes."""
        return sum(server.peak_bytes() for server in self.servers.values()) / 1e6


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    many = _MANY_IN_HASTE if stage.is_quick else _MANY
    with _world(stage, "many", many) as large, _world(stage, "few", _FEW) as small:
        beside, scale = f"{_FEW:,} records", f"{many:,} records"
        figures = []
        for name in _ENDPOINTS:
            calls = getattr(large, name), getattr(small, name)
            turns = take_turns_call_by_call(f"{name}, {scale}", stage.rounds, _CALLS, *calls)
            figures.append(Figure(f"{name}, {scale}, p95", "ms", beside, pairs(turns, "p95"), at_most(1.2)))
        peaks = [(large.peak(), small.peak())]
    return [*figures, Figure(f"memory, {scale}", "MB", beside, peaks, at_most(1.2))]


@contextlib.contextmanager
def _world(stage: Stage, name: str, records: int) -> Iterator[_World]:
    """Run the functions on a new database with this number of records."""
    folder = stage.folder / name
    folder.mkdir()
    with database(folder) as uri, contextlib.ExitStack() as running:
        stock, mine = Stock(uri), replace(stage, uri=uri)
        kept = stock.keep(records)
        servers = {
            endpoint: running.enter_context(function(mine, INSTANT, target, INSTANT="remover"))
            for endpoint, target in _ENDPOINTS.items()
        }
        connections = {
            endpoint: running.enter_context(Connection(server.port)) for endpoint, server in servers.items()
        }
        yield _World(stock, kept, servers, connections, stage.photos.small)
