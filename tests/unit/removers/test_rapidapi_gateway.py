"""The ObjectCut adapter and a gateway that refuses: keys, quotas, limits and retries."""

import logging
from itertools import pairwise

import pytest

from common.domain.errors import RateLimited, RemoverError, RemoverFailed, RemoverTimeout
from tests import objectcut_behaviours as does
from tests.objectcut import KEY, ObjectCut
from tests.rapidapi import SIZE, error_of, picture, rapid_api, remover

pytestmark = pytest.mark.usefixtures("no_proxy", "unlogged_key")


def pauses(provider: ObjectCut) -> list[float]:
    times = [call.at for call in provider.calls]
    return [later - earlier for earlier, later in pairwise(times)]


# Wrong settings


@pytest.mark.parametrize(
    ("status", "message", "setting"),
    [
        (401, "Invalid API key.", "X_RAPID_API_KEY"),
        (403, "You are not subscribed to this API.", "X_RAPID_API_KEY"),
        (404, "API doesn't exists", "X_RAPID_API_HOST"),
    ],
)
def test_a_refusal_that_a_setting_causes_names_the_setting_at_error_level(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture, status: int, message: str, setting: str
) -> None:
    provider.always(does.refuses(status, message))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1
    [record] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert setting in record.getMessage()
    assert message in record.getMessage()


def test_a_wrong_key_is_a_failure(provider: ObjectCut, caplog: pytest.LogCaptureFixture) -> None:
    error = error_of(rapid_api("another-key", provider.host))

    assert isinstance(error, RemoverFailed)
    assert "check X_RAPID_API_KEY" in caplog.text
    assert "another-key" not in caplog.text


def test_a_gateway_that_repeats_the_key_does_not_get_it_into_the_log(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture
) -> None:
    provider.script(does.refuses(401, f"Invalid key {KEY}"), does.fails("001", f"No credit for {KEY}"))

    assert KEY not in error_of(remover(provider)).detail
    assert KEY not in error_of(remover(provider)).detail
    assert caplog.text.count("[key]") == 2


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\r\nX-More: 1", f"{KEY}€"])
def test_a_key_that_cannot_be_sent_is_a_failure_that_does_not_reveal_it(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    error = error_of(rapid_api(key, provider.host))

    assert isinstance(error, RemoverFailed)
    assert provider.calls == []
    assert "X_RAPID_API_KEY" in caplog.text


# Quotas and limits


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X_RateLimit_Requests_Reset": "86400"}, 86_400),
        ({"X_RateLimit_Requests_Reset": "1"}, 1),
        ({}, 3600),
        ({"X_RateLimit_Requests_Reset": "0"}, 3600),
        ({"X_RateLimit_Requests_Reset": "-5"}, 3600),
        ({"X_RateLimit_Requests_Reset": "1.5"}, 3600),
        ({"X_RateLimit_Requests_Reset": "soon"}, 3600),
        ({"X_RateLimit_Requests_Reset": "1795276800"}, 3600),
        ({"X_RateLimit_Requests_Reset": "9" * 5000}, 3600),
    ],
)
def test_a_used_up_quota_is_reported_at_once(
    provider: ObjectCut, headers: dict[str, str], expected: int
) -> None:
    provider.always(does.monthly_quota_used_up(**headers))

    error = error_of(remover(provider))

    assert isinstance(error, RateLimited)
    assert error.retry_after == expected
    assert len(provider.calls) == 1


def test_a_limit_per_second_is_waited_for(provider: ObjectCut) -> None:
    provider.script(does.rate_limit_per_second, does.rate_limit_per_second)

    matte = remover(provider, rate_limit_wait=0.2).matte(picture())

    assert matte.tobytes() == does.ellipse(SIZE).tobytes()
    assert [0.2 <= pause < 0.5 for pause in pauses(provider)] == [True, True]


def test_a_limit_per_second_that_stays_is_reported_after_two_retries(provider: ObjectCut) -> None:
    provider.always(does.rate_limit_per_second)

    error = error_of(remover(provider))

    assert isinstance(error, RateLimited)
    assert error.retry_after == 2
    assert len(provider.calls) == 3


# Temporary failures


FAILURES_THAT_PASS: dict[str, tuple[does.Behaviour, type[RemoverError]]] = {
    "500": (does.refuses(500, "boom"), RemoverFailed),
    "502": (does.refuses(502, "bad gateway"), RemoverFailed),
    "503": (does.refuses(503, "busy"), RemoverFailed),
    "504": (does.gateway_timeout, RemoverTimeout),
    "reset": (does.resets, RemoverFailed),
    "truncated": (does.truncates, RemoverFailed),
}


@pytest.mark.parametrize("failure", FAILURES_THAT_PASS)
def test_a_failure_that_passes_is_retried_twice(provider: ObjectCut, failure: str) -> None:
    behaviour, _ = FAILURES_THAT_PASS[failure]
    provider.script(behaviour, behaviour)

    assert remover(provider).matte(picture()).tobytes() == does.ellipse(SIZE).tobytes()
    assert len(provider.calls) == 3


@pytest.mark.parametrize("failure", FAILURES_THAT_PASS)
def test_a_failure_that_stays_is_reported_after_two_retries(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture, failure: str
) -> None:
    behaviour, expected = FAILURES_THAT_PASS[failure]
    provider.always(behaviour)

    assert type(error_of(remover(provider))) is expected
    assert len(provider.calls) == 3
    assert len([each for each in caplog.records if each.levelno == logging.WARNING]) == 3


def test_the_words_of_a_502_are_logged(provider: ObjectCut, caplog: pytest.LogCaptureFixture) -> None:
    provider.always(does.refuses(502, "the upstream is down"))

    error_of(remover(provider))

    assert caplog.text.count("the upstream is down") == 3


def test_retries_back_off_with_jitter(provider: ObjectCut) -> None:
    provider.script(does.refuses(500, "boom"), does.resets)

    remover(provider, backoff=0.1).matte(picture())

    first, second = pauses(provider)
    assert 0.05 <= first < 0.25
    assert 0.1 <= second < 0.45


# Final statuses


@pytest.mark.parametrize("status", [204, 301, 400, 413, 418])
def test_any_other_status_is_a_failure_without_retry(provider: ObjectCut, status: int) -> None:
    provider.always(does.refuses(status, "no"))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(provider: ObjectCut, status: int) -> None:
    provider.script(does.redirects(status, f"{provider.host}/remove"))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1
