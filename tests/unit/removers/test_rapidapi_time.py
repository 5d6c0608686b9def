"""The waiting times of the ObjectCut adapter: timeouts, the deadline, and slow answers."""

import time
from collections.abc import Iterator

import pytest

from common.domain.errors import RemoverTimeout
from tests import objectcut_behaviours as does
from tests.objectcut import ObjectCut
from tests.rapidapi import SIZE, error_of, picture, remover

pytestmark = pytest.mark.usefixtures("no_proxy", "unlogged_key")


@pytest.fixture
def own_provider() -> Iterator[ObjectCut]:
    """Run a stand-in that ends with its test, together with requests that still wait."""
    with ObjectCut() as running:
        yield running


def test_a_provider_that_hangs_is_a_timeout_without_retry(own_provider: ObjectCut) -> None:
    own_provider.always(does.hangs)
    began = time.monotonic()

    assert isinstance(error_of(remover(own_provider, read_timeout=0.3)), RemoverTimeout)
    assert 0.3 <= time.monotonic() - began < 1
    assert len(own_provider.calls) == 1


def test_a_provider_that_stalls_in_its_answer_is_a_timeout_without_retry(own_provider: ObjectCut) -> None:
    own_provider.always(does.drips(60))
    began = time.monotonic()

    assert isinstance(error_of(remover(own_provider, read_timeout=0.3)), RemoverTimeout)
    assert 0.3 <= time.monotonic() - began < 1
    assert len(own_provider.calls) == 1


def test_a_slow_provider_is_waited_for(own_provider: ObjectCut) -> None:
    own_provider.always(does.slowly(0.4))

    assert remover(own_provider).matte(picture()).size == SIZE
    assert len(own_provider.calls) == 1


# The deadline of a whole call


@pytest.mark.parametrize("headers_too", [False, True])
def test_a_dripping_answer_is_a_timeout_at_the_deadline(own_provider: ObjectCut, headers_too: bool) -> None:
    own_provider.always(does.drips(headers_too=headers_too))
    began = time.monotonic()

    assert isinstance(error_of(remover(own_provider, total_timeout=0.5)), RemoverTimeout)
    assert 0.5 <= time.monotonic() - began < 0.9
    assert len(own_provider.calls) == 1


def test_reading_stops_at_the_deadline_by_itself(own_provider: ObjectCut) -> None:
    dropped: list[float] = []

    def drips_and_watches(exchange: does.Exchange) -> None:
        exchange.begin(200, 1_000_000, "application/json", {})
        try:
            while not exchange.wait(0.02):
                exchange.write(b"-")
        except OSError:
            dropped.append(time.monotonic())

    own_provider.always(drips_and_watches)
    began = time.monotonic()

    error_of(remover(own_provider, total_timeout=0.3))

    while not dropped and time.monotonic() < began + 1.5:
        time.sleep(0.02)
    assert dropped, "the connection was kept open after the deadline"


def test_retries_end_at_the_deadline(own_provider: ObjectCut) -> None:
    own_provider.always(does.slowly(0.2, does.refuses(503, "busy")))
    began = time.monotonic()

    assert isinstance(error_of(remover(own_provider, total_timeout=0.5)), RemoverTimeout)
    assert time.monotonic() - began < 0.8


def test_a_wait_that_would_pass_the_deadline_is_not_begun(own_provider: ObjectCut) -> None:
    own_provider.always(does.rate_limit_per_second)
    began = time.monotonic()

    assert isinstance(error_of(remover(own_provider, total_timeout=1, rate_limit_wait=1.1)), RemoverTimeout)
    assert time.monotonic() - began < 0.5
    assert len(own_provider.calls) == 1
