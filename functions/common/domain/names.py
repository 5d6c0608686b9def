"""The rules for the names of images."""

import unicodedata
from pathlib import PurePath

from common.domain.errors import InvalidName

NAME_LENGTH = 100  # characters
# Direction controls and zero-width characters, except U+200C and U+200D, which some scripts and emoji need.
_DROPPED = dict.fromkeys(
    map(ord, "\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064")
) | dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\ufeff"))
# Letters, marks and symbols without a glyph: fillers, the Braille blank, joiners and variation selectors.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(c) for c in range(0xFE00, 0xFE10)
}


def validated_name(name: str) -> str:
    """Return the name without invisible characters and surrounding space, or raise InvalidName."""
    name = name.translate(_DROPPED).strip()
    if len(name) > NAME_LENGTH or any(map(_is_control, name)) or not any(map(_is_visible, name)):
        raise InvalidName
    return name


def name_from_file(file_name: str) -> str:
    """Derive an image's name from its file name, without characters that a name must not have."""
    stem = PurePath(file_name.replace("\\", "/")).stem.translate(_DROPPED)
    name = "".join(c for c in stem if not _is_control(c)).strip()[:NAME_LENGTH].strip()
    return name if any(map(_is_visible, name)) else "Untitled"


def _is_control(character: str) -> bool:
    # Cc are the control characters, Zl and Zp break lines, Cs cannot be written as UTF-8.
    return unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")


def _is_visible(character: str) -> bool:
    # Cf are the format characters, Zs the spaces.
    return character not in _BLANK and unicodedata.category(character) not in ("Cf", "Zs")
