"""Parse a body to named texts and files by its first bytes, not by its Content-Type."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from common.domain.errors import BadRequest

_MOST_PARTS = 100
_MOST_FIELDS = 1000
_SEPARATOR = 74  # bytes; the longest first line of a multipart body (RFC 2046)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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
    body = body.removeprefix(_BYTE_ORDER_MARK)
    boundary = parse_options_header(content_type)[1].get("boundary", "").encode("latin-1", "replace")
    start = body[:_SEPARATOR].lstrip()
    if start.startswith(b"--"):
        is_named = boundary and body.lstrip().startswith(b"--" + boundary)
        return _multipart(body, boundary if is_named else body.lstrip().split(b"\r\n", 1)[0][2:])
    if start.startswith(b"{"):
        return _json(body)
    if boundary and b"\r\n--" + boundary in body:  # behind a preamble
        return _multipart(body, boundary)
    return _urlencoded(body)


def _multipart(body: bytes, boundary: bytes) -> Form:
    try:
        parts = list(_parts(body, boundary))
    except Exception as error:
        raise BadRequest("The multipart body is damaged. Send it again.") from error
    texts: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part, content in parts:
        text = None if isinstance(part, File) else _text_in(content)
        if text is None:
            files.setdefault(part.name, content)
        else:
            texts.setdefault(part.name, text)
    return Form(texts, files)


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[Field | File, bytes]]:
    decoder = MultipartDecoder(boundary, len(body), max_parts=_MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    part: Field | File | None = None
    content = bytearray()
    while not isinstance(event := decoder.next_event(), Epilogue):
        if isinstance(event, Field | File):
            part, content = event, bytearray()
        elif isinstance(event, Data) and part:
            content += event.data
            if not event.more_data:
                yield part, bytes(content)


def _text_in(content: bytes) -> str | None:
    """Return the text of a part without a file name; None if it is a picture, which some clients send so."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text.strip()


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
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise BadRequest("The values of the JSON object must be texts, numbers or booleans.")


def _urlencoded(body: bytes) -> Form:
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise BadRequest("The form is damaged. Send it again.") from error
    return Form({name: text.strip() for name, text in pairs})
