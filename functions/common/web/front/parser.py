"""Parse requests more strictly than waitress, and turn its refusals into problem details."""

import re
from collections import Counter
from typing import Any, NoReturn

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.rfc7230 import HEADER_FIELD_RE
from werkzeug.exceptions import (
    BadRequest,
    ExpectationFailed,
    HTTPException,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
    RequestURITooLarge,
)

from common.web.problems import Problem

_LINE_BYTES = 4096  # of the request line
_HEADER_BYTES = 8190
_HEADERS = 100
_CHUNK_LINE_BYTES = 1024
_TRAILER_BYTES = 8 * 1024
_REQUEST_LINE = re.compile(rb"[^ ]{3,20} (/|https?://)[\x21-\x7e\x80-\xff]* HTTP/1\.[01]")
_FRAMING = {b"content-length", b"transfer-encoding"}
# With several of these, two parsers may use different ones.
_SINGLE = {*_FRAMING, b"host", b"content-type", b"authorization", b"origin", b"expect", b"range"}


class Refusal:
    """The response to a request that never reaches the application, as an error object of waitress."""

    def __init__(self, error: Exception) -> None:
        self._response = Problem.of(error).response()

    def to_response(self, _: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and body."""
        return self._response.status, list(self._response.headers), self._response.get_data()


class StrictParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Refuses requests that two parsers could understand differently, and endless ones.

    A request with a valid head always reaches the application, which knows how to respond to its caller; if
    the body fails, reading it raises the error.
    """

    error: Any  # of waitress, or a Refusal
    body_rcv: Any
    expect_continue: bool
    is_admitted = False  # within the budget for bodies
    path = ""
    _reason: HTTPException | None = None  # for refusing the head

    def received(self, data: bytes) -> int:
        """Parse the arrived data, and return how many of its bytes belong to this request."""
        if self.body_rcv is None and (self.header_plus + data).lstrip(b"\r\n")[:1].isspace():
            self.fail(BadRequest("The request line begins with a space."))
            return len(data)
        consumed: int = super().received(data)
        if self.empty:
            self.fail(BadRequest("The request has no request line."))
        elif self.error:
            self.fail(self._reason or _exception(self.error.code))
        elif self.chunked and (reason := _broken_chunks(self.body_rcv)):
            self.fail(BadRequest(reason))
        else:
            return consumed
        return len(data)

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the request line and the headers."""
        try:
            _check_head(header_plus)
            super().parse_header(header_plus)
        except HTTPException as error:
            self._reason = error
            raise ParsingError(error.description) from None
        except ValueError:
            raise ParsingError("more digits than Python reads") from None
        self.expect_continue = self.expect_continue and self.body_rcv is not None

    def fail(self, error: Exception) -> None:
        """Complete the request: respond with the error, or raise it when the application reads the body."""
        self.completed, self.empty, self.expect_continue = True, False, False
        self.headers["CONNECTION"] = "close"
        if self.body_rcv is None:
            self.error = Refusal(error)
            return
        self.error = None
        self.body_rcv.getbuf().close()
        self.body_rcv = _FailedBody(error)

    @property
    def body_size(self) -> int:
        """The bytes that the body takes or will take."""
        failed = isinstance(self.body_rcv, _FailedBody)
        return 0 if failed else max(self.content_length, self.body_bytes_received)


class _FailedBody:
    """Replaces a failed body; reading it raises the error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def getfile(self) -> "_FailedBody":
        return self

    getbuf = getfile

    def read(self, _: int = -1) -> NoReturn:
        raise self._error

    readline = read

    def close(self) -> None:
        """Do nothing."""


def _check_head(head: bytes) -> None:
    request_line, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    if len(request_line) > _LINE_BYTES:
        raise RequestURITooLarge
    if not _REQUEST_LINE.fullmatch(request_line.rstrip()):
        raise BadRequest("The request line is malformed.")
    if len(lines) > _HEADERS or max(map(len, lines), default=0) > _HEADER_BYTES:
        raise RequestHeaderFieldsTooLarge
    if any(line.startswith((b" ", b"\t")) for line in lines):
        raise BadRequest("A header is folded.")
    fields = [
        (name.lower(), value.strip(b" \t")) for name, _, value in (line.partition(b":") for line in lines)
    ]
    counts = Counter(name for name, _ in fields)
    if any(counts[name] > 1 for name in _SINGLE):
        raise BadRequest("A header that may stand once is repeated.")
    values = dict(fields)
    if values.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
        raise BadRequest("The transfer coding is not supported.")
    if values.keys() >= _FRAMING or (b"transfer-encoding" in values and not request_line.endswith(b"1.1")):
        raise BadRequest("The length of the body is ambiguous.")
    if values.get(b"expect", b"100-continue").lower() != b"100-continue":
        raise ExpectationFailed


def _broken_chunks(receiver: Any) -> str:
    """Return the mistake in the chunks so far, or an empty string."""
    if len(receiver.control_line) > _CHUNK_LINE_BYTES or len(receiver.trailer) > _TRAILER_BYTES:
        return "A chunk's line or the trailer is too long."
    lines = receiver.trailer.split(b"\r\n") if receiver.completed else []
    names = [HEADER_FIELD_RE.match(line) for line in lines if line]
    if not all(names) or any(name["name"].lower() in _FRAMING for name in names):
        return "The trailer is malformed."
    return ""


def _exception(status: int) -> HTTPException:
    """Return the exception for a refusal of waitress itself."""
    if status == RequestEntityTooLarge.code:
        return RequestEntityTooLarge()
    if status == RequestHeaderFieldsTooLarge.code:
        return RequestHeaderFieldsTooLarge()
    return BadRequest("The request is malformed.")
