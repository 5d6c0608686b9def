"""The corpus: each case with its code and its expected outcome."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from common.domain.errors import PictureError
from common.domain.mattes import ViewSpec
from tests.looking import codec, read
from tests.tiers import extended, one_in

MEGAPIXELS = 50
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


@dataclass(frozen=True)
class Read:
    """The size of a case, and whether it has its own transparency."""

    width: int
    height: int
    transparent: bool = False


# These take about half a second to two seconds of processor time each.
HEAVY = frozenset(
    {
        *("avif_at_the_limit", "avif_of_noise", "avif_picture_larger_than_its_boxes"),
        *("jpeg_code_that_is_none_in_its_last_scan", "jpeg_steps_that_are_none_in_its_last_scan"),
        *("jpeg_truncated_progressive", "png_endless_chunks", "png_large_deep_with_too_few_rows"),
        *("png_large_with_an_unknown_filter", "png_large_with_damage_at_its_end", "png_many_unknown_chunks"),
        *("tiff_large_in_deflate_with_damage_at_its_end", "tiff_large_in_lzw_with_damage_at_its_end"),
        *("webp_at_the_limit", "webp_endless_chunks", "webp_many_unknown_chunks", "webp_of_100_000_frames"),
        *("webp_of_noise", "webp_of_noise_lossless"),
        *("heic_grid_of_grids_of_22_tiles", "jpeg_of_10_000_scans_of_a_large_picture"),
        *("tiff_enormous_resolution", "tiff_four_million_strips"),
    }
)
Outcome = Read | type[PictureError]
SMALL = Read(64, 48)
CASES: dict[str, tuple[Callable[[], bytes], Outcome]] = {}


def case(outcome: Outcome, **made: Callable[[], bytes]) -> None:
    """Add cases that must have the same outcome."""
    for name, make in made.items():
        CASES[name] = (make, outcome)


def tiered(names: Iterable[str]) -> list[Any]:
    """Return these cases as parameters; `make test` runs one in four, and no heavy one."""
    light = one_in(4, *(name for name in names if name not in HEAVY))
    return [*light, *extended(*(name for name in names if name in HEAVY))]


def outcome_of(content: bytes) -> Outcome | Exception:
    """Return the outcome at a picture worker."""
    try:
        with codec(MEGAPIXELS).open(content) as picture:
            picture.view(ViewSpec("rgb", 1))
        decoded = read(content, MEGAPIXELS)  # another test has shown that it is harmless
    except PictureError as error:
        return type(error)
    except Exception as error:  # noqa: BLE001 - the test fails with it
        return error
    return Read(*decoded.rgb.size, decoded.alpha is not None)


def named(outcome: Outcome | Exception) -> str:
    return outcome.__name__ if isinstance(outcome, type) else repr(outcome)
