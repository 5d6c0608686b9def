"""What every endpoint does alike: methods, path, CORS, identity, limits, errors and headers."""

import contextlib
import functools
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Request, Response
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge

from common import bootstrap
from common.domain.errors import BadRequest, ImageTooLarge, NotFound, OriginNotAllowed
from common.observability import logging as logs
from common.observability.request_context import note, noting
from common.service.library import Library
from common.service.sessions import LIFETIME, Session
from common.settings import Settings
from common.web.problems import SAFE_HEADERS, Problem
from common.web.request_body import Body, FormInMemory, discard_body
from common.web.responses import to_site, wants_page

COOKIE = "user_id"
_JSON_BODY = 64 * 1024  # bytes; more than any JSON that we take
_FORM_BODY = 64 * 1024  # bytes that a form may need beside its picture
_EXPOSED = "Content-Disposition, Content-Range, ETag, Location, Retry-After"  # to pages of other origins
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

Handler = Callable[["Call"], Response]
HttpFunction = Callable[[Request], Response]


@dataclass(frozen=True)
class Call:
    """One request as an endpoint sees it."""

    request: Request
    arguments: tuple[str, ...]  # what follows the endpoint's name in the path
    user_id: str  # empty where the endpoint has no users
    library: Library
    settings: Settings

    def json_object(self) -> Mapping[str, Any]:
        """Return the JSON object in the body, or raise BadRequest."""
        try:
            body = json.loads(self._text(), object_pairs_hook=_object)
        except (ValueError, RecursionError):  # not JSON, or nested without end
            body = None
        if not isinstance(body, dict):
            raise BadRequest("The body must be a JSON object.")
        return body

    def _text(self) -> bytes:
        with contextlib.suppress(RequestEntityTooLarge):
            text = self.request.get_data()
            if not self.request.environ["wsgi.input"].read(1):
                return text
            # else it did not tell its length, and was cut at the limit
        raise ImageTooLarge(f"The body has more than {_JSON_BODY // 1024} KiB. Send a shorter one.")


def endpoint(
    name: str,
    *methods: str,
    takes: int = 0,
    also_known_as: str = "",
    identified: bool = True,
    starts_session: bool = False,
    takes_form: bool = False,
) -> Callable[[Handler], HttpFunction]:
    """Make of a handler an HTTP function that every host can call.

    `takes` is the number of path segments behind the name, `also_known_as` the original application's name.
    An `identified` endpoint knows its user, and one that `starts_session` gives a new one the cookie. One
    that `takes_form` accepts a picture, and sends a browser's plain form back to the site.
    """

    def decorate(handle: Handler) -> HttpFunction:
        names = tuple(filter(None, (name, also_known_as)))
        route = _Route(handle, methods, names, takes, identified, starts_session, takes_form)

        @functools.wraps(handle)
        def serve(request: Request) -> Response:
            return route.serve(request)

        return serve

    return decorate


@dataclass(frozen=True)
class _Route:
    handle: Handler
    methods: tuple[str, ...]
    names: tuple[str, ...]
    takes: int
    identified: bool
    starts_session: bool
    takes_form: bool

    def serve(self, request: Request) -> Response:
        begun = time.monotonic()
        with noting() as notes:
            with Body(request) as body:
                response = self._respond(request)
                body.hurry()
                discard_body(request)
            logs.log_request(request, notes, status=response.status_code, seconds=time.monotonic() - begun)
        return response

    def _respond(self, request: Request) -> Response:
        try:
            parts = bootstrap.parts()
        except Exception as error:  # noqa: BLE001 - whatever fails is answered
            return Problem.of(error).response()
        note(**logs.trace_fields(dict(request.headers), parts.settings.google_cloud_project))
        session = None
        try:
            session = _session(request, parts) if self.identified else None
            response = self._answer(request, parts, session)
        except Exception as error:  # noqa: BLE001 - whatever fails is answered
            response = self._explain(Problem.of(error), request, parts.settings)
        if session and session.token and self.starts_session:
            _set_cookie(response, session.token, request, parts.settings)
        _add_headers(response, request, parts.settings)
        return response

    def _answer(self, request: Request, parts: bootstrap.Parts, session: Session | None) -> Response:
        allowed = [*self.methods, *(["HEAD"] if "GET" in self.methods else []), "OPTIONS"]
        if request.method not in allowed:
            raise MethodNotAllowed(allowed)
        if request.method == "OPTIONS":
            return _options(request, parts.settings, allowed)
        _refuse_foreign_origin(request, parts.settings)
        request.max_content_length = self._body_limit(parts.settings)
        arguments = self._arguments(request.path)
        user_id = session.user_id if session else ""
        call = Call(request, arguments, user_id, parts.library, parts.settings)
        if not self.takes_form:
            return self.handle(call)
        request.form_data_parser_class = FormInMemory
        # Before its body is read: what waits for a place would hold one of the threads that all calls share.
        with parts.admission.enter():
            parts.prepare()
            return self.handle(call)

    def _arguments(self, path: str) -> tuple[str, ...]:
        """Return what is left of a path when an optional /api and the endpoint's own name are dropped."""
        segments = path.strip("/").split("/") if path.strip("/") else []
        if segments[:1] == ["api"]:
            del segments[0]
        if segments and segments[0] in self.names:
            del segments[0]
        if len(segments) != self.takes:
            raise NotFound("There is nothing at this address.")
        return tuple(segments)

    def _body_limit(self, settings: Settings) -> int:
        return settings.max_upload_bytes + _FORM_BODY if self.takes_form else _JSON_BODY

    def _explain(self, problem: Problem, request: Request, settings: Settings) -> Response:
        if self.takes_form and wants_page(request):
            return to_site(settings, problem.code)
        return problem.response()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object; one that names a thing twice means different things to different readers."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a name stands twice")
    return read


def _session(request: Request, parts: bootstrap.Parts) -> Session:
    if parts.sessions is None:
        raise RuntimeError("an identified endpoint runs without APP_SECRET_KEY")
    bearer = request.authorization
    token = bearer.token if bearer and bearer.type == "bearer" else request.cookies.get(COOKIE)
    return parts.sessions.read(token)


def _set_cookie(response: Response, token: str, request: Request, settings: Settings) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=LIFETIME,
        httponly=True,
        samesite=settings.cookie_samesite,
        secure=_is_https(request) or settings.cookie_samesite == "None",
    )


def _is_https(request: Request) -> bool:
    # Behind a load balancer that ends TLS; a caller who forges this header changes only its own cookie.
    return request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"


def _trusts(origin: str, request: Request, settings: Settings) -> bool:
    scheme, _, host = origin.partition("://")
    # Where nothing says that this is https, what ends TLS in front of us may only not have told.
    is_ours = scheme == "https" or (scheme == "http" and not _is_https(request))
    if origin in settings.allowed_origins or (is_ours and host and host == request.host):
        return True
    site = urlsplit(settings.site_url)
    return bool(site.netloc) and origin == f"{site.scheme}://{site.netloc}"


def _refuse_foreign_origin(request: Request, settings: Settings) -> None:
    origin = request.headers.get("Origin")
    if origin and request.method not in _SAFE_METHODS and not _trusts(origin, request, settings):
        raise OriginNotAllowed


def _options(request: Request, settings: Settings, allowed: list[str]) -> Response:
    response = Response(status=204, headers={"Allow": ", ".join(allowed)})
    del response.headers["Content-Type"]  # there is nothing that could have one
    if _trusts(request.headers.get("Origin", ""), request, settings):
        response.headers["Access-Control-Allow-Methods"] = ", ".join(allowed)
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Idempotency-Key"
        response.headers["Access-Control-Max-Age"] = "3600"
    return response


def _add_headers(response: Response, request: Request, settings: Settings) -> None:
    headers = response.headers
    for name, value in SAFE_HEADERS.items():
        headers.setdefault(name, value)
    origin = request.headers.get("Origin")
    if origin and _trusts(origin, request, settings):
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Credentials"] = "true"
        headers["Access-Control-Expose-Headers"] = _EXPOSED
    if settings.allowed_origins or settings.site_url:
        headers.add("Vary", "Origin")
