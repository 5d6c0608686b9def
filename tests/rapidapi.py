"""Shared by the tests of the ObjectCut adapter."""

import traceback
from typing import Any

import pytest
from PIL import Image

from common.domain.errors import RemoverError
from common.removers.rapidapi import RapidApiRemover
from tests import objectcut_behaviours as does
from tests.looking import codec, matte_of
from tests.objectcut import KEY, ObjectCut

SIZE = (60, 40)


class Asked:
    """A remover for pictures of this process."""

    def __init__(self, asked: RapidApiRemover) -> None:
        self._asked = asked

    def matte(self, shown: Image.Image) -> Image.Image:
        return matte_of(self._asked, shown)


def rapid_api(key: str, host: str, **knobs: float) -> Asked:
    return Asked(RapidApiRemover(key, host, codec().read_alpha, **knobs))


def remover(provider: ObjectCut, **knobs: float) -> Asked:
    quick: dict[str, Any] = {
        "connect_timeout": 2,
        "read_timeout": 5,
        "total_timeout": 10,
        "backoff": 0.01,
        "rate_limit_wait": 0.05,
    }
    return rapid_api(provider.key, provider.host, **(quick | knobs))


def picture(size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture that is red on the left and blue on the right, to detect turned or mirrored results."""
    drawn = Image.new("RGB", size, "red")
    drawn.paste("blue", (size[0] // 2, 0, *size))
    return drawn


def cut_out(size: tuple[int, int] = SIZE, mode: str = "RGBA") -> Image.Image:
    result = picture(size).convert(mode)
    if mode in {"RGBA", "LA"}:
        result.putalpha(does.ellipse(size))
    return result


def error_of(asked: Asked, shown: Image.Image | None = None) -> RemoverError:
    """Return the remover's error after checking that it does not contain the key."""
    with pytest.raises(RemoverError) as raised:
        asked.matte(shown or picture())
    assert KEY not in "".join(traceback.format_exception(raised.value))
    assert KEY not in repr(raised.value)
    return raised.value
