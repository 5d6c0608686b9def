"""Thousands of expired records among live ones: killed cleanups, concurrent ones, and active users."""

import random

import pytest

from tests.integration.cleanup.stock import DAY, MINUTE, Stock
from tests.integration.cleanup.traffic import Traffic
from tests.photos import photo
from tests.tiers import extended

SEED = 8
KILLS = 3


def test_a_document_of_the_stock_is_what_the_service_writes(stock: Stock) -> None:
    (made,) = stock.keep(1)
    added = stock.service().uploads.add("me", photo(), name="cat", file_name="").record
    written = next(each for each in stock.images.find() if str(each["_id"]) == added.record_id)

    assert {name: type(value) for name, value in written.items()} == {
        name: type(value) for name, value in stock.documents([made])[0].items()
    }


@pytest.mark.extended
@pytest.mark.parametrize("stock", ["bucket", *extended("inline")], indirect=True)
def test_cleanups_killed_and_two_at_once_delete_all_that_expired_and_nothing_live(stock: Stock) -> None:
    expired, live = (600, 60) if stock.storage_url else (10_000, 500)
    stock.keep(expired, 31 * DAY)
    kept = [*stock.keep(live, 29 * DAY), *stock.lease(5, 5 * MINUTE), *stock.delete(5)]
    stock.lease(60, 16 * MINUTE, with_objects=bool(stock.storage_url))
    before = stock.documents(kept)
    chance = random.Random(SEED)

    with Traffic(stock):
        for _ in range(KILLS):
            there = stock.images.estimated_document_count()
            run = stock.run_until(there - chance.randint(1, expired // 5))
            run.kill()
        assert stock.expired() > 0
        two = [stock.start(), stock.start()]
        reports = [run.report() for run in two]

    assert [report["more"] for report in reports] == [False, False]
    assert stock.expired() == 0
    assert stock.documents(kept) == before
    assert stock.images.count_documents({"status": "processing"}) == 5
    if stock.storage_url:
        assert stock.objects() == stock.named()
        assert sum(report["deleted_images"] for report in reports) > 0
    _again(stock, most_memory=max(run.most_memory for run in two))


def _again(stock: Stock, most_memory: int) -> None:
    """Clean up again with nothing to do, which takes about as much memory."""
    run = stock.start()
    nothing = {
        "deleted_records": 0,
        "released_claims": 0,
        "deleted_images": 0,
        "more": False,
        "skipped_records": 0,
    }
    assert run.report() == nothing
    assert most_memory < run.most_memory + 20 * 1024
