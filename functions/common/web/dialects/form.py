"""Parse a body to named texts and files by its first bytes, not by its Content-Type."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header

from common.domain.errors import BadRequest

_MOST_PARTS = 100
_MOST_FIELDS = 1000
_SEPARATOR = 74  # bytes; the longest first line of a multipart body (RFC 2046)


@dataclass(frozen=True, slots=True)
class Form:
    """Texts and files by name; an empty text counts as absent."""

    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def text(self, *names: str) -> str:
        """Return the first of these texts that is present, or an empty one."""
        return next((self.texts[name] for name in names if self.texts.get(name)), "")

    def file(self, *names: str) -> bytes:
        """Return the first of these files that is present, or an empty one."""
        return next((self.files[name] for name in names if self.files.get(name)), b"")


def parse(body: bytes, content_type: str) -> Form:
    """Return the form in a body, or raise BadRequest.

    The first bytes decide, because some published clients label multipart as JSON.
    """
    start = body[:_SEPARATOR].lstrip()
    if start.startswith(b"--"):
        return _multipart(body, content_type)
    if start.startswith(b"{"):
        return _json(body)
    return _urlencoded(body)


def _multipart(body: bytes, content_type: str) -> Form:
    boundary = parse_options_header(content_type)[1].get("boundary", "").encode("latin-1", "replace")
    if not boundary or not body.lstrip().startswith(b"--" + boundary):
        boundary = body.lstrip().split(b"\r\n", 1)[0][2:]
    parser = MultiPartParser(
        stream_factory=lambda *_, **__: io.BytesIO(),
        max_form_memory_size=len(body),
        max_form_parts=_MOST_PARTS,
    )
    try:
        texts, files = parser.parse(io.BytesIO(body), boundary, len(body))
    except Exception as error:
        raise BadRequest("The multipart body is damaged. Send it again.") from error
    return Form(
        {name: text.strip() for name, text in texts.items()},
        {name: sent.stream.read() for name, sent in files.items()},
    )


def _json(body: bytes) -> Form:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not valid JSON. Send it again.") from error
    if not isinstance(content, dict):
        raise BadRequest("The body must be a JSON object.")
    texts = {name: _as_text(value) for name, value in content.items() if value is not None}
    return Form(texts)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise BadRequest("The values of the JSON object must be texts, numbers or booleans.")


def _urlencoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise BadRequest("The form is damaged. Send it again.") from error
    return Form({name: text.strip() for name, text in pairs})
