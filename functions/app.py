"""The application host (GKE and local): serves all endpoints and the site from one Flask application."""

import argparse
import functools
import gzip
import mimetypes
import os
import pkgutil
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

import werkzeug.exceptions
from flask import Flask, Request, Response, current_app, request, send_from_directory
from werkzeug.routing import Rule

from common.bootstrap import check_settings
from common.domain.errors import NotFound
from common.web import problems
from common.web.access import AccessGate
from common.web.endpoint import Call, HttpFunction, endpoint, largest_body
from common.web.front.server import Limits, serve
from common.web.responses import prefers_html
from endpoints import APPLICATION_REQUIRES, ENDPOINTS, Endpoint
from list_images import list_images

SITE = Path(__file__).resolve().parent.parent / "web"
_SITE_FILES = (".html", ".css", ".js", ".svg", ".png", ".ico", ".txt", ".yaml", ".webmanifest")
_DOCUMENTS = (".html", ".svg")
_TEXTS = ("text/", "image/svg", "application/yaml")
_HOME = Endpoint("app:_index", ("GET",), ("/",), ())

mimetypes.add_type("application/yaml", ".yaml")  # RFC 9512; Python knows it from 3.14 on
mimetypes.add_type("application/manifest+json", ".webmanifest")


def site_policy(*, bucket: bool) -> str:
    """Return the site's Content-Security-Policy; with a bucket, it also allows its images."""
    elsewhere = " https://storage.googleapis.com" if bucket else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self';"
        f" img-src 'self' blob: data:{elsewhere}; connect-src 'self'{elsewhere};"
        " manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the application until SIGTERM."""
    parser = argparse.ArgumentParser(prog="app.py", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 5000))
    parser.add_argument(
        "--grace",
        type=float,
        default=30,
        metavar="SECONDS",
        help="for requests in progress to finish at the end",
    )
    parser.add_argument(
        "--keep-alive",
        type=float,
        default=10,
        metavar="SECONDS",
        help="for which an idle connection stays open",
    )
    parser.add_argument("--name", help="a label to recognise this process by; has no effect")
    options = parser.parse_args(arguments)
    settings = check_settings(APPLICATION_REQUIRES)
    body = largest_body(settings)
    probes = ENDPOINTS["health"].paths
    limits = Limits(body, settings.uploads_at_once * body, options.keep_alive, probes)
    serve(create_app(), host=options.host, port=options.port, limits=limits, grace=options.grace)


def create_app() -> Flask:
    """Return the application; a missing or malformed setting ends the process with one line."""
    settings = check_settings(APPLICATION_REQUIRES)
    app = Flask("image-background-remover", static_folder=None)
    # Otherwise Flask redirects a path with two slashes to the address in the Host header.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False  # the functions ignore a trailing slash too
    if settings.access_key:
        gate = AccessGate(settings)
        app.before_request(lambda: gate.respond(request))
    app.config["SITE_POLICY"] = site_policy(bucket=bool(settings.image_bucket))
    for each in ENDPOINTS.values():
        _add_endpoint(app, each)
    _route(app, "/", _home, "GET", "HEAD")
    _route(app, "/<path:file>", _site_asset, "GET", "HEAD")
    app.register_error_handler(Exception, problems.respond)
    return app


def _add_endpoint(app: Flask, described: Endpoint) -> None:
    function: HttpFunction = pkgutil.resolve_name(described.function)
    if not described.is_public:
        function = _local_only(function)
    for path in described.paths:
        prefix = path.partition("/{")[0]
        if prefix == "/":  # shared with the site
            _route(app, "/", function, *described.methods, "OPTIONS")
            continue
        # The endpoint itself checks the method and the rest of the path, as in a Cloud Function.
        _route(app, prefix, function)
        _route(app, f"{prefix}/<path:rest>", function)


def _route(app: Flask, path: str, function: HttpFunction, *methods: str) -> None:
    """Route these methods, or all if none is named, at this path to the function."""
    name = f"{path} {function.__name__}"
    app.url_map.add(Rule(path, endpoint=name, methods=methods or None))
    app.view_functions[name] = lambda **_: function(request)


def _local_only(function: HttpFunction) -> HttpFunction:
    """Hide a function from callers on other machines and from calls that a proxy on this one forwards."""

    @functools.wraps(function)
    def guarded(request: Request) -> Response:
        caller = ip_address(request.remote_addr or "::")
        if not caller.is_loopback or "X-Forwarded-For" in request.headers:
            raise NotFound("There is nothing at this address.")
        return function(request)

    return guarded


def _home(request: Request) -> Response:
    """Return the site, or the list to a caller that prefers JSON, as the original application did."""
    accepted = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return list_images(request) if accepted == "application/json" else _index(request)


@endpoint(_HOME, starts_session=True)
def _index(_: Call) -> Response:
    return _site_file("index.html")


def _site_asset(request: Request) -> Response:
    path = request.path.lstrip("/")
    try:
        return _site_file(path if path.endswith(_SITE_FILES) else "")
    except werkzeug.exceptions.NotFound:
        if not prefers_html(request):
            raise
    response = _site_file("404.html")
    response.status_code = 404
    return response


def _site_file(path: str) -> Response:
    response = send_from_directory(SITE, path)
    _compress(response, SITE / path)
    del response.headers["Content-Disposition"]
    response.headers["X-Content-Type-Options"] = "nosniff"
    if path.endswith(_DOCUMENTS):  # subresources do not need these headers
        response.headers["Content-Security-Policy"] = current_app.config["SITE_POLICY"]
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def _compress(response: Response, path: Path) -> None:
    """Compress text for callers that accept gzip; leave 304 and ranges as they are."""
    response.vary.add("Accept-Encoding")
    is_text = (response.mimetype or "").startswith(_TEXTS)
    if response.status_code == 200 and is_text and request.accept_encodings["gzip"]:
        response.close()  # the compressed bytes replace its file
        response.direct_passthrough = False
        response.set_data(_gzipped(path, path.stat().st_mtime))
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(response.get_etag()[0] or "", weak=True)  # the bytes differ, the content does not


@functools.lru_cache(maxsize=256)
def _gzipped(path: Path, _changed_at: float) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


if __name__ == "__main__":
    main()
