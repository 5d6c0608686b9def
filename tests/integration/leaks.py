"""Searches what a host has written down for what nobody may read there."""

import re
from collections.abc import Iterable
from pathlib import Path

# Anything shorter or plainer ("xxxxxxxxxx", which other tests send as an id) may stand in a log of itself.
_SHORTEST, _PLAINEST = 8, 4  # characters, and different ones
# Headers, and pictures: as they are (which is no UTF-8), as Python shows them, and as base64.
_NEVER = re.compile(
    r"authorization[\"']?\s*[:=]|[\udc80-\udcff]+|\\x89png|ivborw0kggo|/9j/4|uklgr|[a-z0-9+/]{300}",
    re.IGNORECASE,
)


def leaks(log: Path, secrets: Iterable[str]) -> list[str]:
    """Return each line that has a secret in it, or part of a picture, behind what that is."""
    text = log.read_text("utf-8", "surrogateescape")
    telling = (secret for secret in secrets if len(secret) >= _SHORTEST and len(set(secret)) >= _PLAINEST)
    found = {secret for secret in telling if secret in text}
    found |= set(_NEVER.findall(text))
    return [ascii(f"{leak}: {line}") for leak in found for line in text.splitlines() if leak in line]
