"""Decode the variants of base64 that callers send."""

import base64
import binascii

from common.domain.errors import BadRequest

_STANDARD = str.maketrans("-_ ", "+/+")  # URL-safe characters, and a + that was decoded to a space


def decoded(text: str) -> bytes:
    """Return the bytes of base64, standard or URL-safe, with or without padding or a data: prefix.

    Raises BadRequest.
    """
    if text[:5].lower() == "data:":
        text = text.partition(",")[2]
    lines = text.strip().splitlines()
    if all(line.startswith(" ") for line in lines[1:]):  # indented, and no + that became a space
        lines = [line.lstrip(" ") for line in lines]
    standard = "".join(lines).replace("\t", "").translate(_STANDARD).rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest("The picture is not valid base64.") from None
