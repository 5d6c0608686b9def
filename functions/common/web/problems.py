"""Turn errors into responses: problem details (RFC 9457) with a stable code and a helpful sentence."""

import io
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Request, Response, has_request_context, request
from werkzeug.exceptions import HTTPException

from common.domain import errors, removal_errors
from common.observability.causes import describe
from common.observability.request_context import bind

_STATUS: Mapping[type[errors.ApplicationError], HTTPStatus] = {
    errors.BadRequest: HTTPStatus.BAD_REQUEST,
    errors.OriginNotAllowed: HTTPStatus.FORBIDDEN,
    removal_errors.KeyRefused: HTTPStatus.FORBIDDEN,
    removal_errors.KeyExhausted: HTTPStatus.PAYMENT_REQUIRED,
    removal_errors.KeyTooFast: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.LimitReached: HTTPStatus.CONFLICT,
    errors.UploadInProgress: HTTPStatus.CONFLICT,
    errors.RevisionChanged: HTTPStatus.PRECONDITION_FAILED,
    errors.ImageTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnsupportedImage: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.UnreadableImage: HTTPStatus.UNPROCESSABLE_ENTITY,
    removal_errors.NoSubject: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.InvalidName: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.RemoverFailed: HTTPStatus.BAD_GATEWAY,
    errors.RemoverTimeout: HTTPStatus.GATEWAY_TIMEOUT,
    errors.Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
# Our codes and sentences for errors of the framework.
_REFUSED: Mapping[int, tuple[str, str]] = {
    404: ("not_found", "There is nothing at this address."),
    405: (
        "method_not_allowed",
        "This address does not take that method; the Allow header lists those it takes.",
    ),
    408: ("request_timeout", "The request took too long to arrive. Check your connection and try again."),
    413: ("image_too_large", "The request is larger than this service takes. Send a smaller one."),
    416: ("range_not_satisfiable", "The image ends before the range that was asked for."),
}
# Defaults of all responses: no caching, sniffing, scripts or framing, and no referrer to other sites.
SAFE_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """An error as the caller sees it."""

    status: HTTPStatus
    code: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: Exception) -> "Problem":
        """Describe an exception; log an unexpected one, and tell the caller nothing about it."""
        if cls.status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR:
            bind(cause=describe(error))
        if isinstance(error, errors.ApplicationError) and (status := _status(error)):
            return cls(status, error.code, error.detail, _retry_after(error))
        if isinstance(error, HTTPException) and error.code and error.code < 500:
            return _refused(error, error.code)
        logger.error("unexpected failure", exc_info=error)
        internal = errors.ApplicationError
        return cls(HTTPStatus.INTERNAL_SERVER_ERROR, internal.code, internal.default_detail)

    @classmethod
    def status_of(cls, error: Exception) -> int:
        """Return the status for an exception."""
        if isinstance(error, errors.ApplicationError):
            return _status(error) or HTTPStatus.INTERNAL_SERVER_ERROR
        return (isinstance(error, HTTPException) and error.code) or HTTPStatus.INTERNAL_SERVER_ERROR

    def response(self) -> Response:
        """Return the problem as a response."""
        body = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "code": self.code,
        }
        headers = {**SAFE_HEADERS, **self.headers}
        return Response(json.dumps(body), self.status, headers, content_type="application/problem+json")


def respond(error: Exception) -> Response:
    """Return a host's response to an exception outside of all endpoints."""
    if has_request_context():
        detach_body(request)
    return Problem.of(error).response()


def detach_body(request: Request) -> None:
    """Keep functions-framework from reading the rest of a body, without any limit, after the response."""
    request.stream = io.BytesIO()


def _status(error: errors.ApplicationError) -> HTTPStatus | None:
    """Return the status of the most specific class in _STATUS."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), None)


def _retry_after(error: errors.ApplicationError) -> Mapping[str, str]:
    retryable = errors.RateLimited | errors.Overloaded | errors.UploadInProgress | removal_errors.KeyTooFast
    if isinstance(error, retryable):
        return {"Retry-After": str(error.retry_after)}
    return {}


def _refused(error: HTTPException, status: int) -> Problem:
    code, detail = _REFUSED.get(status, ("bad_request", error.description or "The request was refused."))
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Content-Range")}
    return Problem(HTTPStatus(status), code, detail, kept)
