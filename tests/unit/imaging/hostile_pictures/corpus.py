"""The corpus: each case with the code that makes it and what must become of it."""

from collections.abc import Callable
from dataclasses import dataclass

from common.domain.errors import PictureError
from common.imaging.codec import PillowCodec

MEGAPIXELS = 50
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


@dataclass(frozen=True)
class Read:
    """The size that a case is read with, and whether it has transparency of its own."""

    width: int
    height: int
    transparent: bool = False


Outcome = Read | type[PictureError]
SMALL = Read(64, 48)
CASES: dict[str, tuple[Callable[[], bytes], Outcome]] = {}


def case(outcome: Outcome, **made: Callable[[], bytes]) -> None:
    """Add cases that must end in the same way."""
    for name, make in made.items():
        CASES[name] = (make, outcome)


def outcome_of(content: bytes) -> Outcome | Exception:
    try:
        with PillowCodec(MEGAPIXELS).open(content) as picture:
            return Read(*picture.rgb.size, picture.alpha is not None)
    except PictureError as error:
        return type(error)
    except Exception as error:  # noqa: BLE001 - a case must not end so, and the test says it
        return error


def named(outcome: Outcome | Exception) -> str:
    return outcome.__name__ if isinstance(outcome, type) else repr(outcome)
