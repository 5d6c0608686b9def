"""The fallback between removers."""

import logging

import pytest
from PIL import Image

from common.domain.errors import (
    ApplicationError,
    RateLimited,
    RemoverError,
    RemoverFailed,
    RemoverTimeout,
    UnreadableImage,
)
from common.removers.fallback import FallbackRemover

PICTURE = Image.new("RGB", (4, 3))


class Remover:
    """Returns a matte of its own or raises; counts the pictures it was given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.result = Image.new("L", PICTURE.size)
        self.pictures: list[Image.Image] = []

    def matte(self, picture: Image.Image) -> Image.Image:
        self.pictures.append(picture)
        if self.error:
            raise self.error
        return self.result


def test_the_first_remover_that_succeeds_is_the_only_one_asked() -> None:
    first, second = Remover(), Remover()

    assert FallbackRemover([("first", first), ("second", second)]).matte(PICTURE) is first.result
    assert first.pictures == [PICTURE]
    assert second.pictures == []


@pytest.mark.parametrize("error", [RemoverFailed(), RemoverTimeout(), RateLimited(retry_after=2)])
def test_the_next_remover_takes_over_from_one_that_failed(
    error: RemoverError, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = Remover(error), Remover()

    assert FallbackRemover([("rapidapi", first), ("local", second)]).matte(PICTURE) is second.result
    assert second.pictures == [PICTURE]
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "rapidapi" in record.getMessage()
    assert error.code in record.getMessage()


@pytest.mark.parametrize("error", [UnreadableImage(), ApplicationError(), ValueError("a bug")])
def test_an_error_that_is_not_the_removers_own_passes_at_once(error: Exception) -> None:
    second = Remover()

    with pytest.raises(type(error)) as raised:
        FallbackRemover([("first", Remover(error)), ("second", second)]).matte(PICTURE)

    assert raised.value is error
    assert second.pictures == []


def test_the_last_error_is_raised_when_every_remover_failed(caplog: pytest.LogCaptureFixture) -> None:
    last = RateLimited(retry_after=77)

    with pytest.raises(RateLimited) as raised:
        FallbackRemover([("first", Remover(RemoverFailed())), ("second", Remover(last))]).matte(PICTURE)

    assert raised.value is last
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "first" in caplog.messages[0]
    assert "second" in caplog.messages[1]


def test_no_remover_at_all_is_a_failure() -> None:
    with pytest.raises(RemoverFailed):
        FallbackRemover([]).matte(PICTURE)
