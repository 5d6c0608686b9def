"""The frame of all endpoints: methods, path, CORS, identity, limits, errors and headers."""

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Request, Response
from werkzeug.exceptions import MethodNotAllowed

from common import bootstrap
from common.domain.errors import NotFound
from common.observability import logging as logs
from common.observability.request_context import bind, scope
from common.service.sessions import Session
from common.settings import Settings
from common.web import request_body
from common.web.cookies import read_session, set_cookie
from common.web.cors import (
    add_cors_headers,
    add_open_cors_headers,
    open_preflight,
    preflight,
    refuse_foreign_origin,
)
from common.web.problems import SAFE_HEADERS, Problem
from common.web.responses import prefers_html, redirect_to_site

_FORM_OVERHEAD = 64 * 1024  # bytes of a form beside its picture

Handler = Callable[["Call"], Response]
HttpFunction = Callable[[Request], Response]
Explain = Callable[[Problem, Request], Response]


class Address(Protocol):
    """The methods and paths of an endpoint; `endpoints.Endpoint` implements it."""

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods; GET includes HEAD, and OPTIONS is always allowed."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths, with `{name}` for each parameter."""


@dataclass(frozen=True)
class Call:
    """One request as an endpoint sees it."""

    request: Request
    path_params: tuple[str, ...]
    user_id: str  # empty if the endpoint has no users
    parts: bootstrap.Parts

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return self.parts.settings

    def json_object(self) -> Mapping[str, Any]:
        """Return the JSON object in the body, or raise BadRequest."""
        return request_body.json_object(self.request)


def largest_body(settings: Settings) -> int:
    """Return the size limit of any body in bytes; a picture in base64 is a third longer."""
    return settings.max_upload_bytes * 4 // 3 + _FORM_OVERHEAD


def logged(request: Request, respond: HttpFunction) -> Response:
    """Respond with a guarded body, and log the request with what was bound meanwhile."""
    begun = time.monotonic()
    with scope() as context:
        with request_body.guarded(request):
            response = respond(request)
        logs.log_request(request, context, status=response.status_code, seconds=time.monotonic() - begun)
    return response


def endpoint(
    address: Address,
    *,
    identified: bool = True,
    starts_session: bool = False,
    takes_form: bool = False,
    takes_picture: bool = False,
    explain: Explain | None = None,
) -> Callable[[Handler], HttpFunction]:
    """Turn a handler into an HTTP function for any host: `@endpoint(ENDPOINTS["rename"])`.

    An `identified` endpoint knows its user; `starts_session` also sets a new user's cookie. `takes_form`
    accepts a form with a picture, and redirects a browser that posted it to the site. `takes_picture` accepts
    a picture as the whole body. Calls of both are limited in number. `explain` makes an endpoint for
    programs: it formats errors, the handler checks paths and keys, and pages of any origin may call it.
    """

    def decorate(handle: Handler) -> HttpFunction:
        route = _Route(handle, address, identified, starts_session, takes_form, takes_picture, explain)

        @functools.wraps(handle)
        def serve(request: Request) -> Response:
            return route.serve(request)

        return serve

    return decorate


@dataclass(frozen=True)
class _Route:
    handle: Handler
    address: Address
    identified: bool
    starts_session: bool
    takes_form: bool
    takes_picture: bool
    explain: Explain | None

    def serve(self, request: Request) -> Response:
        return logged(request, self._respond)

    def _respond(self, request: Request) -> Response:
        try:
            parts = bootstrap.parts()
        except Exception as error:  # noqa: BLE001 - every failure gets a response
            problem = Problem.of(error)
            response = self.explain(problem, request) if self.explain else problem.response()
            response.headers.update(SAFE_HEADERS)
            return response
        bind(**logs.trace_fields(dict(request.headers), parts.settings.google_cloud_project))
        session = None
        try:
            session = self._session(request, parts)
            response = self._call(request, parts, session)
        except Exception as error:  # noqa: BLE001 - every failure gets a response
            response = self._explain(Problem.of(error), request, parts.settings)
        if session and session.token and self.starts_session:
            set_cookie(response, session.token, request, parts.settings)
        for name, value in SAFE_HEADERS.items():
            response.headers.setdefault(name, value)
        if self.explain:
            add_open_cors_headers(response)
        else:
            add_cors_headers(response, request, parts.settings)
        return response

    def _session(self, request: Request, parts: bootstrap.Parts) -> Session | None:
        if not self.identified:
            return None
        if parts.sessions is None:
            raise RuntimeError("an identified endpoint runs without APP_SECRET_KEY")
        return read_session(request, parts.sessions)

    def _call(self, request: Request, parts: bootstrap.Parts, session: Session | None) -> Response:
        methods = self.address.methods
        allowed = [*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]
        if request.method not in allowed:
            raise MethodNotAllowed(allowed)
        if self.explain:
            return (
                open_preflight(allowed) if request.method == "OPTIONS" else self._call_program(request, parts)
            )
        if request.method == "OPTIONS":
            return preflight(request, parts.settings, allowed)
        refuse_foreign_origin(request, parts.settings)
        path_params = self._path_params(request.path)
        call = Call(request, path_params, session.user_id if session else "", parts)
        if not (self.takes_form or self.takes_picture):
            request.max_content_length = request_body.JSON_BYTES
            return self.handle(call)
        request.max_content_length = parts.settings.max_upload_bytes + _FORM_OVERHEAD
        request.form_data_parser_class = request_body.FormInMemory
        # Refuse before reading the body: an upload that waited here would occupy a thread.
        with parts.limiter.acquire():
            if self.takes_form:
                parts.prepare()
            return self.handle(call)

    def _call_program(self, request: Request, parts: bootstrap.Parts) -> Response:
        request.max_content_length = largest_body(parts.settings)
        return self.handle(Call(request, (), "", parts))

    def _path_params(self, path: str) -> tuple[str, ...]:
        """Return the rest of a path after an optional /api and the endpoint's own name."""
        segments = path.strip("/").split("/") if path.strip("/") else []
        if segments[:1] == ["api"]:
            del segments[0]
        if segments and segments[0] in self._names:
            del segments[0]
        if len(segments) != self.address.paths[0].count("{"):
            raise NotFound("There is nothing at this address.")
        return tuple(segments)

    @functools.cached_property
    def _names(self) -> set[str]:
        return {path.removeprefix("/api").split("/")[1] for path in self.address.paths} - {""}

    def _explain(self, problem: Problem, request: Request, settings: Settings) -> Response:
        if self.explain:
            return self.explain(problem, request)
        if self.takes_form and prefers_html(request):
            return redirect_to_site(settings, problem.code)
        return problem.response()
