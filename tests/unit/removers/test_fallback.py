"""The fallback between removers."""

import logging
from typing import NoReturn

import pytest

from common.domain.errors import (
    ApplicationError,
    RateLimited,
    RemoverError,
    RemoverFailed,
    RemoverTimeout,
    UnreadableImage,
)
from common.domain.mattes import Look, Matte, View, ViewSpec
from common.removers.fallback import FallbackRemover


def look(_: ViewSpec) -> View:
    return View(1, 1, bytes(3))


class Remover:
    """Returns its own matte or raises; records how often it was made, and its views."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.result = Matte(1, 1, b"\0")
        self.looks: list[Look] = []
        self.made = 0

    def make(self) -> "Remover":
        self.made += 1
        return self

    def matte(self, look: Look) -> Matte:
        self.looks.append(look)
        if self.error:
            raise self.error
        return self.result


def fallback(first: Remover, second: Remover) -> FallbackRemover:
    return FallbackRemover([("rapidapi", first.make), ("local", second.make)])


def test_the_first_remover_that_succeeds_is_the_only_one_made_and_asked() -> None:
    first, second = Remover(), Remover()

    assert fallback(first, second).matte(look) is first.result
    assert first.looks == [look]
    assert (second.made, second.looks) == (0, [])


@pytest.mark.parametrize("error", [RemoverFailed(), RemoverTimeout(), RateLimited(retry_after=2)])
def test_the_next_remover_takes_over_from_one_that_failed(
    error: RemoverError, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Remover(error), Remover()

    assert fallback(first, second).matte(look) is second.result
    assert second.looks == [look]
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "rapidapi" in record.getMessage()
    assert error.code in record.getMessage()


@pytest.mark.parametrize("error", [UnreadableImage(), ApplicationError(), ValueError("a bug")])
def test_an_error_that_is_not_the_removers_own_passes_at_once(error: Exception) -> None:
    second = Remover()

    with pytest.raises(type(error)) as raised:
        fallback(Remover(error), second).matte(look)

    assert raised.value is error
    assert second.looks == []


def test_the_last_error_is_raised_if_every_remover_failed(caplog: pytest.LogCaptureFixture) -> None:
    last = RateLimited(retry_after=77)

    with pytest.raises(RateLimited) as raised:
        fallback(Remover(RemoverFailed()), Remover(last)).matte(look)

    assert raised.value is last
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "rapidapi" in caplog.messages[0]
    assert "local" in caplog.messages[1]


def test_a_used_up_quota_is_the_answer_if_it_was_the_first_reason() -> None:
    quota = RateLimited(retry_after=3600)

    with pytest.raises(RateLimited) as raised:
        fallback(Remover(quota), Remover(RemoverFailed())).matte(look)

    assert raised.value is quota


def test_no_remover_at_all_is_a_failure() -> None:
    with pytest.raises(RemoverFailed):
        FallbackRemover([]).matte(look)


# A remover that cannot be loaded


class Broken(Remover):
    def make(self) -> NoReturn:
        self.made += 1
        raise OSError("the model is no ONNX file")


def test_a_remover_that_cannot_be_loaded_is_passed_over_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, provider = Broken(), Remover()
    both = FallbackRemover([("local", broken.make), ("rapidapi", provider.make)])

    assert [both.matte(look) for _ in range(3)] == [provider.result] * 3

    assert broken.made == 1
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "the model is no ONNX file" in caplog.text


def test_a_remover_that_cannot_be_loaded_never_affects_earlier_ones(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, provider = Broken(), Remover()

    assert fallback(provider, broken).matte(look) is provider.result
    assert broken.made == 0

    provider.error = RateLimited(retry_after=3600)
    with pytest.raises(RateLimited):
        fallback(provider, broken).matte(look)
    assert "the model is no ONNX file" in caplog.text
