"""Cross-origin calls: decide which pages of other origins may read responses and make changes."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Request, Response

from common.domain.errors import OriginNotAllowed
from common.settings import Settings
from common.web.cookies import is_https

_EXPOSED_HEADERS = "Content-Disposition, Content-Range, ETag, Location, Retry-After"
_USER_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match"
_PROGRAM_HEADERS = "Accept, Authorization, Content-Type, X-Api-Key"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def refuse_foreign_origin(request: Request, settings: Settings) -> None:
    """Raise OriginNotAllowed if a page of an untrusted origin tries to change something."""
    origin = request.headers.get("Origin")
    if origin and request.method not in _SAFE_METHODS and not _is_trusted(origin, request, settings):
        raise OriginNotAllowed


def preflight(request: Request, settings: Settings, methods: Sequence[str]) -> Response:
    """Return the response to an OPTIONS request; it allows calls from trusted origins."""
    is_trusted = _is_trusted(request.headers.get("Origin", ""), request, settings)
    return _preflight(methods, _USER_HEADERS if is_trusted else "")


def add_cors_headers(response: Response, request: Request, settings: Settings) -> None:
    """Let pages of trusted origins read this response."""
    headers = response.headers
    origin = request.headers.get("Origin")
    if origin and _is_trusted(origin, request, settings):
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Credentials"] = "true"
        headers["Access-Control-Expose-Headers"] = _EXPOSED_HEADERS
    if settings.allowed_origins or settings.site_url:
        headers.add("Vary", "Origin")


def open_preflight(methods: Sequence[str]) -> Response:
    """Return the response to an OPTIONS request; it allows calls from any origin, because they need a key."""
    return _preflight(methods, _PROGRAM_HEADERS)


def _preflight(methods: Sequence[str], request_headers: str) -> Response:
    allowed = ", ".join(methods)
    response = Response(status=204, headers={"Allow": allowed})
    del response.headers["Content-Type"]  # Flask sets one although there is no body
    if request_headers:
        response.headers["Access-Control-Allow-Methods"] = allowed
        response.headers["Access-Control-Allow-Headers"] = request_headers
        response.headers["Access-Control-Max-Age"] = "3600"
    return response


def add_open_cors_headers(response: Response) -> None:
    """Let any page read this response, without cookies, because these calls do not use them."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "*"


def is_own_page(request: Request, settings: Settings) -> bool:
    """Tell whether the call comes from our own pages, or from no page at all."""
    origin = request.headers.get("Origin")
    fetch_site = request.headers.get("Sec-Fetch-Site", "none")
    return (not origin or _is_trusted(origin, request, settings)) and fetch_site in ("none", "same-origin")


def _is_trusted(origin: str, request: Request, settings: Settings) -> bool:
    scheme, _, host = origin.partition("://")
    # A proxy may terminate TLS without setting X-Forwarded-Proto, so accept https origins too.
    is_ours = scheme == "https" or (scheme == "http" and not is_https(request))
    if origin in settings.allowed_origins or (is_ours and host and host == request.host):
        return True
    site = urlsplit(settings.site_url)
    return bool(site.netloc) and origin == f"{site.scheme}://{site.netloc}"
