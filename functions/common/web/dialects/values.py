"""Parse the parameter values of the dialects; each parser raises ValueError for an invalid one."""

import math
import re
from collections.abc import Sequence

from common.domain.options import Colour, Length, Lengths

_LENGTH = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(px|%)?")
_HEX = re.compile(r"#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_TRUE, _FALSE = ("true", "1"), ("false", "0")
_MOST_MARGIN = {True: 0.5, False: 500}  # a share of the subject; pixels


def boolean(text: str) -> bool:
    """Parse true, True, 1, false, False or 0."""
    lowered = text.lower()
    if lowered not in _TRUE + _FALSE:
        raise ValueError(text)
    return lowered in _TRUE


def one_of(text: str, *allowed: str) -> str:
    """Return the text in lower case if it is allowed."""
    lowered = text.lower()
    if lowered not in allowed:
        raise ValueError(text)
    return lowered


def length(text: str) -> Length:
    """Parse `30px`, `10%` or `30` (pixels)."""
    match = _LENGTH.fullmatch(text)
    if match is None:
        raise ValueError(text)
    is_share = match[2] == "%"
    return Length(float(match[1]) / (100 if is_share else 1), is_share)


def region(text: str) -> Lengths | None:
    """Parse `left top right bottom`; None for the whole picture."""
    left, top, right, bottom = map(length, _words(text, 4))
    edges = (left, top, right, bottom)
    whole = (0.0, 0.0, 1.0, 1.0)
    is_whole = tuple(edge.value for edge in edges) == whole and right.is_share and bottom.is_share
    return None if is_whole else edges


def margin(text: str) -> Lengths:
    """Parse one, two (vertical, horizontal) or four (top, right, bottom, left) lengths, and return four."""
    lengths = [length(word) for word in _words(text, 1, 2, 4)]
    if any(side.value > _MOST_MARGIN[side.is_share] for side in lengths):
        raise ValueError(text)
    top, right, bottom, left = {1: lengths * 4, 2: lengths * 2, 4: lengths}[len(lengths)]
    return top, right, bottom, left


def scale(text: str) -> float | None:
    """Parse `10%` to `100%` to a share; None for `original`."""
    if text.lower() == "original":
        return None
    share = _percentage(text)
    if not 0.1 <= share <= 1:
        raise ValueError(text)
    return share


def position(text: str) -> tuple[float, float] | None:
    """Parse `center`, or one or two percentages, to a share for each axis; None for `original`."""
    if text.lower() == "original":
        return None
    if text.lower() == "center":
        return 0.5, 0.5
    shares = [_percentage(word) for word in _words(text, 1, 2)]
    if max(shares) > 1:
        raise ValueError(text)
    return shares[0], shares[-1]


def colour(text: str) -> Colour:
    """Parse 3, 4, 6 or 8 hexadecimal digits, with or without #, or a CSS name."""
    match = _HEX.fullmatch(text)
    if match is None:
        return _named(text)
    digits = match[1] if len(match[1]) > 4 else "".join(digit * 2 for digit in match[1])
    red, green, blue, *alpha = bytes.fromhex(digits)
    return red, green, blue, alpha[0] if alpha else 255


def _named(text: str) -> Colour:
    from PIL.ImageColor import colormap, getrgb  # imported here, because it loads Pillow

    if text.lower() == "transparent":
        return 0, 0, 0, 0
    if text.lower() not in colormap:
        raise ValueError(text)
    red, green, blue = getrgb(text.lower())[:3]
    return red, green, blue, 255


def whole_number(text: str, least: int, most: int) -> int:
    """Parse a whole number from `least` to `most`."""
    if not re.fullmatch(r"-?\d{1,9}", text) or not least <= int(text) <= most:
        raise ValueError(text)
    return int(text)


def _percentage(text: str) -> float:
    share = length(text)
    if not share.is_share or not math.isfinite(share.value):
        raise ValueError(text)
    return share.value


def _words(text: str, *allowed: int) -> Sequence[str]:
    words = text.replace(",", " ").split()
    if len(words) not in allowed:
        raise ValueError(text)
    return words
