"""A cleanup takes bounded steps in bounded time, and every query uses an index."""

from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pymongo
import pytest
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from common.domain.errors import ApplicationError
from common.domain.models import CleanupReport, TimeWindow, Upload
from common.storage.mongo.leases import MongoLeases
from common.storage.mongo.records import MongoRecords
from tests.fakes import START
from tests.integration.cleanup.stock import DAY, MINUTE, Stock
from tests.photos import photo
from tests.use_cases import mongo_stores

BATCH, SEARCH = 100, 1_000
Watched = tuple[MongoLeases, MongoRecords]


class Commands(CommandListener):
    """The commands to the database, and the number of documents in each."""

    def __init__(self) -> None:
        self.filters: list[dict[str, Any]] = []
        self.deleted: list[int] = []
        self.found: list[list[dict[str, Any]]] = []

    def started(self, event: CommandStartedEvent) -> None:
        command = event.command
        parts = [*command.get("deletes", ()), *command.get("updates", ())]
        self.filters += [dict(part["q"]) for part in parts]
        if event.command_name == "find":
            self.filters.append(dict(command["filter"]))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if event.command_name == "delete":
            self.deleted.append(event.reply["n"])
        cursor = event.reply.get("cursor", {})
        self.found += [cursor[name] for name in ("firstBatch", "nextBatch") if name in cursor]

    def failed(self, event: CommandFailedEvent) -> None:
        """Ignore failures, which the call raises."""


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
def watched(inline_stock: Stock, commands: Commands) -> Iterator[Watched]:
    """The stock's leases and records through a client that records its commands."""
    uri = inline_stock.environ["MONGO_URI"]
    with pymongo.MongoClient[dict[str, Any]](uri, event_listeners=[commands]) as client:
        yield mongo_stores(client[inline_stock.name]["images"])


def test_no_command_exceeds_a_batch_and_no_picture_is_read(
    inline_stock: Stock, watched: Watched, commands: Commands
) -> None:
    inline_stock.keep(1_050, 31 * DAY)
    inline_stock.lease(250, 16 * MINUTE)

    leases, records = watched

    report = inline_stock.service(leases=leases, records=records).retention.clean_up()

    assert report == CleanupReport(1_050, 250, 0, more=False)
    assert (sum(commands.deleted), max(commands.deleted)) == (1_300, BATCH)
    assert max(map(len, commands.found)) <= SEARCH
    assert {name for batch in commands.found for each in batch for name in each} == {"_id", "user_id"}


@pytest.fixture
def three_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each cleanup run out of time when it checks the time for the third time."""
    ticks = count(step=16)
    monkeypatch.setattr("common.service.retention.time", SimpleNamespace(monotonic=lambda: next(ticks)))


@pytest.mark.extended
@pytest.mark.usefixtures("three_looks")
def test_a_cleanup_that_runs_out_of_time_reports_more_and_repeated_ones_finish(bucket_stock: Stock) -> None:
    bucket_stock.keep(450, 31 * DAY)
    kept = bucket_stock.keep(10)
    retention = bucket_stock.service_in(61 * MINUTE).retention

    assert [retention.clean_up() for _ in range(3)] == [
        CleanupReport(300, 0, 900, more=True),
        CleanupReport(150, 0, 450, more=True),  # no time was left to look for orphans
        CleanupReport(0, 0, 0, more=False),
    ]
    assert bucket_stock.objects() == bucket_stock.named()
    assert bucket_stock.documents(kept) == kept


@pytest.mark.extended
@pytest.mark.usefixtures("three_looks")
def test_a_bucket_too_large_for_one_cleanup_is_searched_by_repeated_ones(
    bucket_stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket_stock.write(("me", f"{number:024x}") for number in range(700))  # three pages of the listing
    monkeypatch.setattr("common.storage.gcs.store.secrets.token_hex", lambda _: "00000000")
    monkeypatch.setattr("common.timeouts.TOLERATED_ORPHANS", 10_000)
    retention = bucket_stock.service_in(61 * MINUTE).retention

    # Two pages of 1,000 objects; one object is the id of the bucket.
    assert retention.clean_up() == CleanupReport(0, 0, 1_999, more=True)
    assert retention.clean_up() == CleanupReport(0, 0, 101, more=False)
    assert bucket_stock.objects() == set()


def test_a_lease_is_released_after_15_minutes_and_not_before(inline_stock: Stock) -> None:
    leases = MongoLeases(inline_stock.images)
    for user_id, minutes in (("me", 0), ("you", 5)):
        now = START + minutes * MINUTE
        leases.acquire(user_id, Upload("cat", "ab" * 32), limit=1, now=now, valid=TimeWindow(START))

    def released(after: float) -> int:
        return inline_stock.service(clock=lambda: START + after * MINUTE).retention.clean_up().released_claims

    assert [released(after) for after in (14.9, 15, 15.001, 15.001)] == [0, 0, 1, 0]
    assert inline_stock.images.count_documents({}) == 1


def test_every_query_of_the_service_uses_an_index(
    inline_stock: Stock, watched: Watched, commands: Commands
) -> None:
    leases, records = watched
    service = inline_stock.service(leases=leases, records=records)
    added = service.uploads.add("me", photo(), name="cat", file_name="", key="a key")
    service.uploads.add("me", photo(), name="cat", file_name="", key="a key")
    service.gallery.rename("me", added.record.record_id, "dog")
    service.image("me", service.gallery.list("me").records[0].record_id, "preview")
    service.gallery.delete("me", added.record.record_id)
    inline_stock.lease(1, 16 * MINUTE)
    inline_stock.keep(1, 31 * DAY)
    service.retention.clean_up()
    with pytest.raises(ApplicationError):
        service.gallery.find("me", "0" * 24)
    records.named_objects(["0" * 24])

    indexes = inline_stock.images.index_information().values()
    first = {index["key"][0][0] for index in indexes if not index.get("partialFilterExpression")}
    partial = [index for index in indexes if index.get("partialFilterExpression")]
    assert len(commands.filters) > 15
    for query in commands.filters:
        assert first & query.keys() or any(_serves(index, query) for index in partial), query


def _serves(index: dict[str, Any], query: dict[str, Any]) -> bool:
    """Tell whether a partial index serves this query."""
    is_in_it = all(
        query.get(name) == value or (value == {"$exists": True} and name in query)
        for name, value in index["partialFilterExpression"].items()
    )
    return is_in_it and index["key"][0][0] in query


def test_stale_leases_and_the_records_of_objects_are_found_without_a_scan(inline_stock: Stock) -> None:
    """The embedded server plans these two as MongoDB does; for others it reports scans it does not make."""
    inline_stock.keep(300)
    (lease,) = inline_stock.lease(1, 16 * MINUTE)
    queries = {
        "claims": {"status": "processing", "claimed_at": {"$lt": START.replace(year=2999)}},
        "_id_": {"_id": {"$in": [lease["_id"]]}},
    }
    for name, query in queries.items():
        find = {"find": "images", "filter": query}
        told = inline_stock.images.database.command("explain", find)
        plan = told["queryPlanner"]["winningPlan"]["inputStage"]
        assert (plan["stage"], plan["indexName"]) == ("IXSCAN", name)
        assert told["executionStats"]["totalDocsExamined"] == 1
