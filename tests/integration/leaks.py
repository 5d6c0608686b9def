"""Searches what a host has written down for what nobody may read there."""

import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from requests.structures import CaseInsensitiveDict

KEYS = ("APP_SECRET_KEY", "X_RAPID_API_KEY")  # settings that nobody may read
# Anything shorter or plainer ("xxxxxxxxxx", which other tests send as an id) may stand in a log for reasons
# of its own.
_SHORTEST, _PLAINEST = 8, 4  # characters, and different ones
_BEGINNING = 24  # bytes of a picture that tell it from anything else; what has fewer is none
# Headers, and pictures: as they are (which is no UTF-8), as Python shows them, and as base64, also in a form.
_NEVER = re.compile(
    r"authorization\\?[\"']?\s*[:=]|[\udc80-\udcff]+|\\x89png|ivborw0kggo|(?:/|%2f)9j(?:/|%2f)4|uklgr"
    r"|[a-z0-9+/]{300}",
    re.IGNORECASE,
)


def leaks(log: Path, secrets: Iterable[str]) -> list[str]:
    """Return each line that has a secret in it, or part of a picture, behind what that is."""
    # JSON doubles the backslashes of what Python shows, and Python those of what it shows twice.
    text = _single(log.read_text("utf-8", "surrogateescape"))
    telling = {
        _single(secret)
        for secret in frozenset(secrets)
        if len(secret) >= _SHORTEST and len(set(secret)) >= _PLAINEST
    }
    found = _found(text, telling) | set(_NEVER.findall(text))
    return [ascii(f"{leak}: {line}") for leak in found for line in text.splitlines() if leak in line]


def secrets_of(call: Mapping[str, Any]) -> Iterator[str]:
    """Yield what nobody may read of a call with these arguments of requests.request()."""
    headers = CaseInsensitiveDict(call.get("headers") or {})
    form, body = call.get("data"), call.get("json")
    yield str(headers.get("Authorization", "")).rpartition(".")[2]  # of a token, the signature
    yield str(headers.get("Idempotency-Key", ""))
    yield str(form.get("name") if isinstance(form, Mapping) else "")
    yield str(body.get("record_name") if isinstance(body, Mapping) else "")
    for file in dict(call.get("files") or {}).values():
        yield str(file[0])
        yield from _beginnings(file[1])


def _beginnings(content: object) -> Iterator[str]:
    """Yield how a picture's file begins, as Python shows it and as base64."""
    if isinstance(content, bytes) and len(content) >= _BEGINNING:
        yield ascii(content[:_BEGINNING])[2:-1]
        yield b64encode(content[:_BEGINNING]).decode()


def _single(text: str) -> str:
    return re.sub(r"\\+", r"\\", text)


def _found(text: str, secrets: Collection[str]) -> set[str]:
    """Return the secrets that are in the text; not looked for one by one, for there may be thousands."""
    by_beginning = defaultdict(list)
    for secret in secrets:
        by_beginning[secret[:_SHORTEST]].append(secret)
    return {
        secret
        for place in range(len(text))
        for secret in by_beginning.get(text[place : place + _SHORTEST], ())
        if text.startswith(secret, place)
    }
