"""A database or bucket fails during a cleanup: the cleanup reports it, and the next one finishes."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from urllib.parse import urlsplit

import pytest

from common.domain.errors import Unavailable
from common.domain.models import OBJECT_FIELDS, CleanupReport
from common.storage.gcs import client as calls
from common.storage.gcs.store import BucketImageStore
from tests.gcs import GcsEmulator
from tests.integration.cleanup.conftest import MakeStock
from tests.integration.cleanup.stock import DAY, MINUTE, Stock
from tests.integration.client import Client
from tests.integration.hosts import Host
from tests.proxy import Proxy
from tests.storage_gate import Fate, StorageGate
from tests.tiers import extended

IN_AN_HOUR = 61 * MINUTE
SAID = "The service is not available right now"


@pytest.mark.extended
def test_objects_that_could_not_be_deleted_with_their_records_are_found_by_the_next_cleanup(
    make_stock: MakeStock, storage_gate: StorageGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.timeouts.TOLERATED_ORPHANS", 250)
    stock = make_stock("gate")
    stock.keep(250, 31 * DAY)
    kept = stock.keep(20)
    storage_gate.meet(range(350, 10_000), Fate.REFUSE)  # in the second batch

    with pytest.raises(Unavailable):
        stock.service().retention.clean_up()

    assert stock.expired() == 50  # two batches of records are deleted, and the objects of one
    assert len(stock.objects()) == 3 * 270 - 350
    assert stock.named() <= stock.objects()
    storage_gate.reset()
    assert stock.service().retention.clean_up() == CleanupReport(50, 0, 150, more=False)
    assert stock.service_in(IN_AN_HOUR).retention.clean_up() == CleanupReport(0, 0, 250, more=False)
    assert stock.objects() == stock.named()
    assert stock.documents(kept) == kept


def test_the_command_says_in_one_line_that_the_bucket_fails_and_the_next_one_finishes(
    make_stock: MakeStock, storage_gate: StorageGate
) -> None:
    stock = make_stock("gate")
    stock.keep(150, 31 * DAY)
    storage_gate.meet(range(100, 10_000), Fate.REFUSE)

    run = stock.start(STORAGE_EMULATOR_HOST=storage_gate.url)
    _fails_in_a_line(*run.end(), run.process.returncode)

    storage_gate.reset()
    report = stock.start().report()
    assert (report["deleted_records"], report["deleted_images"]) == (50, 350)
    assert stock.objects() == set()


@pytest.fixture
def own_link(mongo_uri: str) -> Iterator[Proxy]:
    port = urlsplit(mongo_uri).port
    assert port
    with Proxy(port) as proxy:
        yield proxy


@pytest.mark.extended
def test_the_command_says_in_one_line_that_the_database_went_and_the_next_one_finishes(
    inline_stock: Stock, mongo_uri: str, own_link: Proxy
) -> None:
    inline_stock.keep(1_500, 31 * DAY)
    kept = inline_stock.keep(20)
    through_link = mongo_uri.replace(str(urlsplit(mongo_uri).port), str(own_link.port))

    run = inline_stock.start(MONGO_URI=through_link)
    _wait_for_less(lambda: inline_stock.images.estimated_document_count(), 1_520)
    own_link.cut()
    _fails_in_a_line(*run.end(), run.process.returncode)

    left = inline_stock.expired()
    assert 0 < left < 1_500
    assert inline_stock.start().report()["deleted_records"] == left
    assert inline_stock.documents(inline_stock.images.find()) == kept


def _fails_in_a_line(output: str, errors: str, status: int) -> None:
    assert (status, output) == (1, "")
    assert errors.startswith(f"cleanup: {SAID}")
    assert errors.count("\n") == 1


def _wait_for_less(number: Callable[[], int], than: int) -> None:
    deadline = time.monotonic() + 60
    while number() >= than:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def host_stock(host: Host, mongo_uri: str, gcs: GcsEmulator) -> Iterator[Stock]:
    """The host's collection, without expired records of other tests."""
    stock = Stock(mongo_uri, host.database, gcs.url if host.bucket else "", host.bucket)
    stock.delete_expired()
    yield stock
    stock.images.database.client.close()


@pytest.mark.extended
@pytest.mark.parametrize("host", ["app-bucket", *extended("functions-bucket")], indirect=True)
def test_a_bucket_that_fails_is_a_503_and_the_next_call_finishes(
    host: Host, host_stock: Stock, storage_gate: StorageGate
) -> None:
    host_stock.keep(250, 31 * DAY)
    kept = host_stock.keep(5)
    storage_gate.meet(range(100, 10_000), Fate.REFUSE)

    answer = Client(host).call("POST", "/api/cleanup")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.json()["detail"].startswith(SAID)

    storage_gate.reset()
    answer = Client(host).call("POST", "/api/cleanup")
    assert (answer.status_code, answer.json()["deleted_records"]) == (200, 150)
    assert answer.json()["more"] is False
    assert host_stock.documents(kept) == kept
    assert {each[name] for each in kept for name in OBJECT_FIELDS.values()} <= host_stock.objects()


@pytest.mark.parametrize("host", ["app-inline"], indirect=True)
def test_a_database_that_goes_is_a_503_and_the_next_call_finishes(
    host: Host, host_stock: Stock, link: Proxy
) -> None:
    host_stock.keep(1_500, 31 * DAY)
    kept = host_stock.keep(5)
    there = host_stock.images.estimated_document_count()

    with ThreadPoolExecutor() as pool:
        call = pool.submit(Client(host).call, "POST", "/api/cleanup")
        _wait_for_less(host_stock.images.estimated_document_count, there)
        link.cut()
        try:
            answer = call.result()
        finally:
            link.restore()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")

    answer = Client(host).call("POST", "/api/cleanup")
    assert answer.status_code == 200
    assert 0 < answer.json()["deleted_records"] < 1_500
    assert host_stock.expired() == 0
    assert host_stock.documents(kept) == kept


def test_an_outage_of_the_bucket_is_not_waited_for_object_by_object(
    bucket_stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the 300 deletions of a batch would be retried for 20 seconds, 16 of them at a time."""
    bucket_stock.keep(100, 31 * DAY)
    tried, away = count(), threading.Event()

    def delete(images: BucketImageStore, name: str, generation: int | None = None) -> bool:
        next(tried)
        away.wait(0.2)
        raise Unavailable

    monkeypatch.setattr(BucketImageStore, "_delete", delete)
    monkeypatch.setattr("common.timeouts.STORAGE_GRACE_SECONDS", 0.1)

    with pytest.raises(Unavailable):
        bucket_stock.service().retention.clean_up()

    assert next(tried) < 100
    assert calls.in_parallel(str, range(50)) == [str(number) for number in range(50)]
