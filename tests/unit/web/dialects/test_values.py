"""The parameter values of the dialects."""

from collections.abc import Callable

import pytest

from common.domain.options import Colour, Length
from common.web.dialects import values

PIXEL, PERCENT = Length(1), Length(0.01, is_share=True)


@pytest.mark.parametrize(
    ("text", "means"), [("true", True), ("True", True), ("1", True), ("FALSE", False), ("0", False)]
)
def test_booleans(text: str, means: bool) -> None:
    assert values.boolean(text) is means


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("81d4fa", (0x81, 0xD4, 0xFA, 255)),
        ("#81D4FA", (0x81, 0xD4, 0xFA, 255)),
        ("fff", (255, 255, 255, 255)),
        ("#f008", (255, 0, 0, 0x88)),
        ("81d4fa80", (0x81, 0xD4, 0xFA, 0x80)),
        ("green", (0, 128, 0, 255)),
        ("RebeccaPurple", (0x66, 0x33, 0x99, 255)),
    ],
)
def test_colours(text: str, colour: Colour) -> None:
    assert values.colour(text) == colour


def test_a_region_of_four_lengths_with_or_without_units() -> None:
    assert values.region("1px 1px 1% 1%") == (PIXEL, PIXEL, PERCENT, PERCENT)
    assert values.region("1 1 1 1") == (PIXEL,) * 4
    assert values.region("0% 0% 100% 100%") is None
    assert values.region("0 0 100% 100%") is None


def test_margins_of_one_two_or_four_lengths() -> None:
    zero = Length(0)
    assert values.margin("1px") == (PIXEL,) * 4
    assert values.margin("1% 1px") == (PERCENT, PIXEL, PERCENT, PIXEL)
    assert values.margin("1px 1% 0 0") == (PIXEL, PERCENT, zero, zero)
    assert values.margin("50%")[0] == Length(0.5, is_share=True)
    assert values.margin("500px")[0] == Length(500)


def test_scales_and_positions() -> None:
    assert values.scale("original") is None
    assert (values.scale("10%"), values.scale("100%")) == (0.1, 1.0)
    assert values.position("original") is None
    assert values.position("center") == (0.5, 0.5)
    assert values.position("25%") == (0.25, 0.25)
    assert values.position("0% 100%") == (0, 1)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *((values.boolean, text) for text in ("", "yes", "2", "tru")),
        *((values.colour, text) for text in ("", "#", "12345", "1234567", "ggg", "no colour", "rgb(1,2,3)")),
        *((values.region, text) for text in ("", "1 2 3", "1 2 3 4 5", "a b c d", "-1 0 1 1", "1em 0 1 1")),
        *((values.margin, text) for text in ("", "1 2 3", "51%", "501px", "-1px", "1e3px", "nan", "10% 51%")),
        *((values.scale, text) for text in ("", "9%", "101%", "50", "50px", "large")),
        *((values.position, text) for text in ("", "101%", "50px", "left", "1% 2% 3%")),
    ],
)
def test_other_values_are_refused(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)
