"""The description of an error's cause in the log."""

from collections.abc import Callable

import pytest
from google.api_core import exceptions as api
from pymongo.errors import AutoReconnect, InvalidOperation, OperationFailure, ServerSelectionTimeoutError

from common.domain.errors import ApplicationError, RemoverFailed, Unavailable
from common.observability.causes import describe
from common.storage.gcs.client import driver_errors as storage_errors
from common.storage.mongo.connection import driver_errors as database_errors

SECRET = "the name of a cat"
FORBIDDEN = api.Forbidden(f"{SECRET} may not", errors=[{"reason": "forbidden"}])  # type: ignore[no-untyped-call]
CAUSES: list[tuple[Callable[[], object], Exception, str]] = [
    (
        database_errors,
        OperationFailure(f"bad auth {SECRET}", 18, {"codeName": "AuthenticationFailed", "errmsg": SECRET}),
        "Unavailable < OperationFailure (AuthenticationFailed)",
    ),
    (database_errors, OperationFailure(SECRET, 8000), "Unavailable < OperationFailure (code 8000)"),
    (
        database_errors,
        ServerSelectionTimeoutError(f"db:27017: refused, Timeout: 5s, Topology: {SECRET}"),
        "Unavailable < ServerSelectionTimeoutError (db:27017: refused)",
    ),
    (database_errors, AutoReconnect("db:27017: closed"), "Unavailable < AutoReconnect (db:27017: closed)"),
    (database_errors, InvalidOperation(SECRET), "Unavailable < InvalidOperation"),
    (storage_errors, FORBIDDEN, "Unavailable < Forbidden (403 forbidden)"),
    (
        storage_errors,
        api.RetryError(SECRET, cause=api.ServiceUnavailable(SECRET)),  # type: ignore[no-untyped-call]
        "Unavailable < ServiceUnavailable (503)",
    ),
]


@pytest.mark.parametrize(("translated", "error", "expected"), CAUSES, ids=[row[2] for row in CAUSES])
def test_a_drivers_error_is_described_without_what_may_be_secret(
    translated: Callable[[], object], error: Exception, expected: str
) -> None:
    def fail() -> None:
        with translated():  # type: ignore[attr-defined]
            raise error

    with pytest.raises(Unavailable) as raised:
        fail()

    assert describe(raised.value).startswith(expected)
    assert SECRET not in describe(raised.value)


def test_messages_are_left_out_and_notes_shortened() -> None:
    cause = RuntimeError(SECRET)
    cause.add_note("two\nlines " + "x" * 999)
    error = RemoverFailed()
    error.__cause__ = cause

    described = describe(error)

    assert described.startswith("RemoverFailed < RuntimeError (two lines xxx")
    assert SECRET not in described
    assert len(described) < 400


def test_a_redirect_loop_ends() -> None:
    first, second = ApplicationError(), ApplicationError()
    first.__cause__, second.__cause__ = second, first

    assert describe(first) == "ApplicationError < ApplicationError"
