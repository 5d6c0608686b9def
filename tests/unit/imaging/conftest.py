"""Fixtures of the tests of picture workers."""

from collections.abc import Iterator

import pytest

from common.imaging.worker_codec import WorkerCodec
from common.imaging.workers import Workers
from tests.unit.imaging.pool import OTHERS, PLANTED, children


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workers]:
    """Yield two workers whose decoders have faults."""
    OTHERS.clear()
    OTHERS.update(children())
    monkeypatch.syspath_prepend(PLANTED)
    pool = Workers(2, timeout=20)
    yield pool
    pool.close()


@pytest.fixture
def codec(pool: Workers) -> WorkerCodec:
    return WorkerCodec(50, pool)
