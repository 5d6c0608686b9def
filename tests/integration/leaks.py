"""Search a host's log for data that must not be there."""

import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from requests.structures import CaseInsensitiveDict

KEYS = ("APP_SECRET_KEY", "X_RAPID_API_KEY")  # secret settings
# Shorter or simpler texts ("xxxxxxxxxx", which other tests send as an id) may be in a log for other
# reasons.
_SHORTEST, _PLAINEST = 8, 4  # the least number of different characters
_BEGINNING = 24  # bytes that identify a picture; anything shorter is none
# Headers and pictures: raw (not UTF-8), in Python's notation, and as base64, also in a form.
_NEVER = re.compile(
    r"authorization\\?[\"']?\s*[:=]|[\udc80-\udcff]+|\\x89png|ivborw0kggo|(?:/|%2f)9j(?:/|%2f)4|uklgr"
    r"|[a-z0-9+/]{300}",
    re.IGNORECASE,
)


def leaks(log: Path, secrets: Iterable[str]) -> list[str]:
    """Return each line with a secret or part of a picture, after a description of it."""
    # JSON doubles backslashes of Python's notation, and Python doubles those of nested notation.
    text = _single(log.read_text("utf-8", "surrogateescape"))
    telling = {
        _single(secret)
        for secret in frozenset(secrets)
        if len(secret) >= _SHORTEST and len(set(secret)) >= _PLAINEST
    }
    found = _found(text, telling) | set(_NEVER.findall(text))
    return [ascii(f"{leak}: {line}") for leak in found for line in text.splitlines() if leak in line]


def secrets_of(call: Mapping[str, Any]) -> Iterator[str]:
    """Yield the secrets of a call with these arguments of requests.request()."""
    headers = CaseInsensitiveDict(call.get("headers") or {})
    form, body = call.get("data"), call.get("json")
    yield str(headers.get("Authorization", "")).rpartition(".")[2]  # of a token: the signature
    yield str(headers.get("Idempotency-Key", ""))
    yield str(form.get("name") if isinstance(form, Mapping) else "")
    yield str(body.get("record_name") if isinstance(body, Mapping) else "")
    for file in dict(call.get("files") or {}).values():
        yield str(file[0])
        yield from _beginnings(file[1])


def _beginnings(content: object) -> Iterator[str]:
    """Yield the start of a picture's file in Python's notation and as base64."""
    if isinstance(content, bytes) and len(content) >= _BEGINNING:
        yield ascii(content[:_BEGINNING])[2:-1]
        yield b64encode(content[:_BEGINNING]).decode()


def _single(text: str) -> str:
    return re.sub(r"\\+", r"\\", text)


def _found(text: str, secrets: Collection[str]) -> set[str]:
    """Return the secrets in the text; a single search, because there may be thousands."""
    by_beginning = defaultdict(list)
    for secret in secrets:
        by_beginning[secret[:_SHORTEST]].append(secret)
    return {
        secret
        for place in range(len(text))
        for secret in by_beginning.get(text[place : place + _SHORTEST], ())
        if text.startswith(secret, place)
    }
