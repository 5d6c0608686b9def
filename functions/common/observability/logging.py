"""The log: one JSON line per event in the format of Cloud Logging, or plain text on a terminal.

https://cloud.google.com/logging/docs/structured-logging
"""

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol, TextIO

from common.observability.request_context import Context, current

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_PATH_LENGTH = 200  # characters of an address
_TRACE = ("logging.googleapis.com/trace", "logging.googleapis.com/spanId")
_SHOWN = ("remover", "reused", "repeated", "steps", "cause")  # on a terminal
_requests = logging.getLogger("request")


def configure(level: str, stream: TextIO = sys.stderr) -> None:
    """Log everything from this level up to the stream, once."""
    root = logging.getLogger()
    for other in [each for each in root.handlers if type(each) is logging.StreamHandler]:
        root.removeHandler(other)  # the framework's handler, or ours from an earlier call
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Text() if stream.isatty() else _Json())
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("pymongo").setLevel(logging.WARNING)  # at lower levels it logs documents


class LoggedRequest(Protocol):
    """The parts of a request that are logged."""

    method: str
    path: str


def log_request(request: LoggedRequest, context: Context, *, status: int, seconds: float) -> None:
    """Log one request."""
    level = logging.ERROR if status == 500 else logging.WARNING if status > 500 else logging.INFO
    path = _one_line(request.path)
    http = {
        "requestMethod": request.method,
        "requestUrl": path,
        "status": status,
        "latency": f"{seconds:.3f}s",
    }
    text = f"{request.method} {path} {status} {seconds:.3f} s"
    _requests.log(level, text, extra={"fields": {"httpRequest": http, **context}})


def trace_fields(headers: Mapping[str, str], project: str) -> dict[str, object]:
    """Return the log fields of the trace in X-Cloud-Trace-Context or traceparent (W3C)."""
    google = re.match(r"([0-9a-f]{32})(?:/(\d{1,20}))?", headers.get("X-Cloud-Trace-Context", ""))
    if google:
        return _trace(google[1], f"{int(google[2]):016x}" if google[2] else "", project)
    w3c = _TRACEPARENT.fullmatch(headers.get("Traceparent", ""))
    return _trace(w3c[1], w3c[2], project) if w3c else {}


def _trace(trace: str, span: str, project: str) -> dict[str, object]:
    name = f"projects/{project}/traces/{trace}" if project else trace
    return {_TRACE[0]: name, **({_TRACE[1]: span} if span else {})}


class _Json(logging.Formatter):
    """One line of JSON; a stack trace is part of its message."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "severity": record.levelname,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
            "message": super().format(record),
            **{name: value for name, value in current().items() if name in _TRACE},
            **getattr(record, "fields", {}),
        }
        return json.dumps(line, ensure_ascii=False, default=str)


class _Text(logging.Formatter):
    """A line for a person, followed by the facts about the request."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {})
        shown = [f"{name}={fields[name]}" for name in _SHOWN if name in fields]
        return " ".join([super().format(record), *shown])


def _one_line(path: str) -> str:
    """Return the path for the log, shortened and with only printable characters."""
    return "".join(c if c.isprintable() else "?" for c in path[:_PATH_LENGTH])
