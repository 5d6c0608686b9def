"""A provider that fails in every way, on every host, and the fallback to the local model."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import objectcut_behaviours as does
from tests.integration.failing.conftest import BOTH, OnAll
from tests.integration.failing.stage import Stage
from tests.integration.failing.start import Parts, running
from tests.photos import photo
from tests.tiers import one_in

REFUSED = "remover_failed"
NO_JSON = does.returns(b"\0\xff" * 99)
FAILURES: dict[str, tuple[does.Behaviour, int, str]] = {
    "refuses the key": (does.refuses(401, "Invalid API key."), 502, REFUSED),
    "is broken": (does.refuses(500, "Internal error"), 502, REFUSED),
    "is not reached by its gateway": (does.refuses(502, "Bad gateway"), 502, REFUSED),
    "is too slow for its gateway": (does.gateway_timeout, 504, "remover_timeout"),
    "has its quota used up": (does.monthly_quota_used_up(), 429, "rate_limited"),
    "is asked too often": (does.rate_limit_per_second, 429, "rate_limited"),
    "resets": (does.resets, 502, REFUSED),
    "hangs up in the middle": (does.truncates, 502, REFUSED),
    "drips and hangs up": (does.drips(times=5), 502, REFUSED),
    "answers with no JSON": (NO_JSON, 502, REFUSED),
    "answers with other JSON": (does.returns_json([{"error": False}]), 502, REFUSED),
    "answers with no picture": (does.returns_image(b"\x89PNG\r\n\x1a\n" + bytes(99)), 502, REFUSED),
    "answers with another picture": (does.returns_image(photo(9, 9)), 502, REFUSED),
    "sends elsewhere": (does.redirects(307, "http://127.0.0.1:9/"), 502, REFUSED),
}


@pytest.mark.parametrize("failure", one_in(3, *FAILURES))
def test_a_provider_that_fails_leaves_nothing_and_is_asked_again_next_time(
    on_all: OnAll, failure: str
) -> None:
    behaviour, status, code = FAILURES[failure]

    def act(stage: Stage) -> None:
        stage.provider.always(behaviour)
        client = stage.guarantees.client()
        answer = stage.guarantees.upload(client)
        assert answer is not None
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert client.list()["used"] == 0
        stage.provider.reset()
        stage.guarantees.check()

    on_all(act)


@pytest.fixture(scope="module")
def with_fallback(parts: Parts, weights: Path) -> Iterator[list[Stage]]:
    """Both hosts, which use the local model if the provider takes more than a second."""
    fallback = {"REMOVER": "rapidapi,local", "LOCAL_MODEL_PATH": str(weights), "TEST_PROVIDER_SECONDS": "1"}
    with contextlib.ExitStack() as stack, ThreadPoolExecutor() as pool:
        yield list(pool.map(lambda name: stack.enter_context(running(name, parts, more=fallback)), BOTH))


@pytest.mark.extended
def test_the_model_takes_over_whenever_the_provider_fails(with_fallback: list[Stage]) -> None:
    def act(stage: Stage) -> None:
        for behaviour in (does.hangs, does.resets, does.fails("001"), does.monthly_quota_used_up(), NO_JSON):
            stage.provider.always(behaviour)
            answer = stage.guarantees.upload(stage.guarantees.client())
            assert answer is not None
            assert answer.status_code == 201, answer.text
        stage.provider.stop()  # and now nothing listens there
        stage.guarantees.check()

    with ThreadPoolExecutor() as pool:
        list(pool.map(act, with_fallback))
