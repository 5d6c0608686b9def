"""The rules for the names of images."""

import unicodedata
from pathlib import PurePath

from common.domain.errors import InvalidName

NAME_LENGTH = 100  # characters


def validated_name(name: str) -> str:
    """Return the name without surrounding white space, or raise InvalidName."""
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or any(map(_is_control, name)):
        raise InvalidName
    return name


def name_from_file(file_name: str) -> str:
    """Return a name for an image whose sender gave none: the file's stem without what a name may not have."""
    stem = PurePath(file_name.replace("\\", "/")).stem
    return "".join(c for c in stem if not _is_control(c)).strip()[:NAME_LENGTH].strip() or "Untitled"


def _is_control(character: str) -> bool:
    # Cc are the control characters, Zl and Zp break lines, Cs cannot be written as UTF-8.
    return unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")
