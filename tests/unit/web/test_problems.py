"""Errors as responses."""

import json
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from werkzeug.exceptions import (
    BadGateway,
    HTTPException,
    ImATeapot,
    MethodNotAllowed,
    RequestedRangeNotSatisfiable,
    RequestEntityTooLarge,
)
from werkzeug.exceptions import NotFound as NoSuchAddress

from common.domain import errors, removal_errors
from common.web.dialects.removebg import RemoveBgError
from common.web.problems import Problem, respond

# The table of the HTTP contract.
CONTRACT: list[tuple[errors.ApplicationError, int, str, str]] = [
    (errors.BadRequest("Say more."), 400, "bad_request", "Say more."),
    (errors.OriginNotAllowed(), 403, "origin_not_allowed", "Open the site itself"),
    (errors.NotFound(), 404, "not_found", "There is no such image."),
    (errors.LimitReached(), 409, "limit_reached", "Max limit reached. Please remove a record."),
    (errors.UploadInProgress(), 409, "upload_in_progress", "Try again in a few seconds."),
    (errors.RevisionChanged(), 412, "revision_changed", "repeat your change"),
    (errors.ImageTooLarge(), 413, "image_too_large", "Send a smaller one."),
    (errors.TooManyPixels(), 413, "image_too_large", "Send a smaller one."),
    (errors.UnsupportedImage(), 415, "unsupported_image", "Send a JPEG"),
    (errors.UnreadableImage(), 422, "unreadable_image", "Export it again"),
    (errors.InvalidName(), 422, "invalid_name", "1 to 100 characters"),
    (errors.KeyReused(), 422, "idempotency_key_reused", "under a new key"),
    (errors.RateLimited(retry_after=7), 429, "rate_limited", "try again"),
    (errors.RemoverFailed(), 502, "remover_failed", "Failed to generate the image"),
    (errors.RemoverTimeout(), 504, "remover_timeout", "Failed to generate the image"),
    (errors.Overloaded(), 503, "overloaded", "Wait a little"),
    (errors.Unavailable(), 503, "unavailable", "try again in a minute"),
    (errors.ApplicationError(), 500, "internal", "Something went wrong"),
    # For programs only.
    (removal_errors.KeyRefused(), 403, "auth_failed", "X-Api-Key"),
    (removal_errors.KeyExhausted(), 402, "insufficient_credits", "of this month"),
    (removal_errors.KeyTooFast(retry_after=9), 429, "rate_limit_exceeded", "Wait a little"),
    (removal_errors.InvalidOption(), 400, "invalid_option", "option"),
    (removal_errors.RegionOutOfBounds(), 400, "roi_exceeds_bounds", "over the edge"),
    (removal_errors.EmptyRegion(), 400, "roi_region_empty", "empty"),
    (removal_errors.FetchFailed(), 400, "failed_image_download", "Send the file itself"),
    (removal_errors.NoSubject(), 422, "unknown_foreground", "stands out"),
    (RemoveBgError("invalid_size", "Say more."), 400, "invalid_size", "Say more."),
]
ABSTRACT = {errors.PictureError, errors.RemoverError}


def tree(error: type[errors.ApplicationError] = errors.ApplicationError) -> Iterator[type]:
    yield error
    for child in error.__subclasses__():
        yield from tree(child)


@pytest.mark.parametrize(
    ("error", "status", "code", "detail"), CONTRACT, ids=[type(row[0]).__name__ for row in CONTRACT]
)
def test_each_error_is_answered_as_the_contract_says(
    error: errors.ApplicationError, status: int, code: str, detail: str
) -> None:
    response = respond(error)

    body = response.get_json()
    assert response.content_type == "application/problem+json"
    assert response.status_code == body["status"] == status
    assert set(body) == {"type", "title", "status", "detail", "code"}
    assert (body["type"], body["code"]) == ("about:blank", code)
    assert detail in body["detail"]
    assert body["title"] == HTTPStatus(status).phrase


def test_no_error_is_missing_from_the_contract() -> None:
    assert set(tree()) - ABSTRACT == {type(row[0]) for row in CONTRACT}


def test_errors_to_wait_for_have_retry_after() -> None:
    assert respond(errors.RateLimited(retry_after=7)).headers["Retry-After"] == "7"
    assert respond(removal_errors.KeyTooFast(retry_after=9)).headers["Retry-After"] == "9"
    assert "Retry-After" not in respond(errors.Unavailable()).headers


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NoSuchAddress(), 404, "not_found"),
        (MethodNotAllowed(["GET", "PUT"]), 405, "method_not_allowed"),
        (RequestEntityTooLarge(), 413, "image_too_large"),
        (RequestedRangeNotSatisfiable(99), 416, "range_not_satisfiable"),
        (ImATeapot(), 418, "bad_request"),
    ],
)
def test_refusals_of_the_framework_have_our_format(error: HTTPException, status: int, code: str) -> None:
    response = respond(error)

    assert response.content_type == "application/problem+json"
    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert "<" not in response.get_json()["detail"]


def test_the_headers_that_belong_to_a_refusal_are_kept() -> None:
    assert respond(MethodNotAllowed(["GET", "PUT"])).headers["Allow"] == "GET, PUT"
    assert respond(RequestedRangeNotSatisfiable(99)).headers["Content-Range"] == "bytes */99"


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("secret"),
        BadGateway("secret"),
        errors.PictureError("secret"),
        HTTPException("secret"),
    ],
)
def test_an_unexpected_error_is_logged_and_reveals_nothing_to_the_caller(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    response = respond(error)

    assert response.status_code == 500
    assert json.loads(response.data) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong",
        "code": "internal",
    }
    [logged] = caplog.records
    assert logged.levelname == "ERROR"
    assert logged.exc_info is not None
    assert logged.exc_info[1] is error


def test_a_foreseen_error_is_not_logged_as_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    Problem.of(errors.NotFound())

    assert caplog.records == []
