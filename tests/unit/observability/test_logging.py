"""The log: one line for each event, in the format of Cloud Logging or for people."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from contextvars import copy_context
from types import SimpleNamespace
from typing import Any

import pytest

from common.observability import logging as logs
from common.observability.request_context import bind, current, scope, timed

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    logs.configure("INFO", stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_severity(stream: io.StringIO) -> None:
    logging.getLogger("common.service.uploads").warning("two\nlines of %s", "text")
    logging.getLogger("common.service.uploads").debug("too small to mention")

    (line,) = lines(stream)
    assert (line["severity"], line["logger"]) == ("WARNING", "common.service.uploads")
    assert line["message"] == "two\nlines of text"
    assert line["time"].endswith("+00:00")


def test_a_failure_contains_its_stack(stream: io.StringIO) -> None:
    logging.getLogger("x").error("unforeseen failure", exc_info=ZeroDivisionError("a bug"))

    (line,) = lines(stream)
    assert line["severity"] == "ERROR"
    assert line["message"] == "unforeseen failure\nZeroDivisionError: a bug"


@pytest.mark.parametrize(
    ("status", "severity"), [(200, "INFO"), (404, "INFO"), (500, "ERROR"), (502, "WARNING"), (503, "WARNING")]
)
def test_a_request_is_one_line_with_all_facts_about_it(
    stream: io.StringIO, status: int, severity: str
) -> None:
    request = SimpleNamespace(method="POST", path="/api/upload")
    with scope() as context:
        bind(record_id="ab", remover="local")
        with timed("decode"), timed("decode"):
            pass
        logs.log_request(request, context, status=status, seconds=1.23456)

    (line,) = lines(stream)
    assert line["severity"] == severity
    asked = {"requestMethod": "POST", "requestUrl": "/api/upload"}
    assert line["httpRequest"] == {**asked, "status": status, "latency": "1.235s"}
    assert (line["record_id"], line["remover"]) == ("ab", "local")
    assert 0 <= line["steps"]["decode"] < 60


def test_a_terminal_gets_text() -> None:
    terminal = Terminal()
    logs.configure("INFO", terminal)

    asked = SimpleNamespace(method="GET", path="/api/list")
    logs.log_request(asked, {"reused": True}, status=200, seconds=0.1)

    assert terminal.getvalue() == "INFO request: GET /api/list 200 0.100 s reused=True\n"


@pytest.mark.parametrize(
    ("headers", "trace", "span"),
    [
        ({"X-Cloud-Trace-Context": f"{TRACE}/{int(SPAN, 16)};o=1"}, TRACE, SPAN),
        ({"X-Cloud-Trace-Context": TRACE}, TRACE, None),
        ({"Traceparent": f"00-{TRACE}-{SPAN}-01"}, TRACE, SPAN),
        ({"Traceparent": "00-nonsense-01"}, None, None),
        ({"X-Cloud-Trace-Context": "'; drop"}, None, None),
        ({}, None, None),
    ],
)
def test_a_line_is_tied_to_the_trace_of_its_request(
    headers: dict[str, str], trace: str | None, span: str | None
) -> None:
    fields = logs.trace_fields(headers, "my-project")

    expected = f"projects/my-project/traces/{trace}" if trace else None
    assert fields.get("logging.googleapis.com/trace") == expected
    assert fields.get("logging.googleapis.com/spanId") == span


def test_every_line_within_a_request_names_its_trace(stream: io.StringIO) -> None:
    with scope():
        bind(**logs.trace_fields({"X-Cloud-Trace-Context": TRACE}, ""), remover="local")
        logging.getLogger("x").warning("on the way")

    (line,) = lines(stream)
    assert line["logging.googleapis.com/trace"] == TRACE
    assert "remover" not in line


@pytest.mark.parametrize(("path", "shown"), [("/a\r\nb\x1b[31m", "/a??b?[31m"), ("/" * 9_000, "/" * 200)])
def test_an_address_stays_one_short_line(stream: io.StringIO, path: str, shown: str) -> None:
    logs.log_request(SimpleNamespace(method="GET", path=path), {}, status=404, seconds=0)

    (line,) = lines(stream)
    assert line["httpRequest"]["requestUrl"] == shown


def test_a_thread_in_the_same_context_adds_facts_to_the_same_request() -> None:
    with scope() as context:
        thread = threading.Thread(target=copy_context().run, args=(lambda: bind(remover="rapidapi"),))
        thread.start()
        thread.join()

    assert context == {"remover": "rapidapi"}


def test_facts_outside_of_a_request_are_dropped() -> None:
    bind(remover="local")
    with timed("decode"):
        pass

    assert current() == {}
