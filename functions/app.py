"""The application host (GKE and local): the same endpoints as routes of one Flask app, and the site."""

import functools
import gzip
import mimetypes
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

import werkzeug.exceptions
from flask import Flask, Request, Response, current_app, request, send_from_directory
from werkzeug.routing import Rule

from cleanup import cleanup
from common.bootstrap import check_settings
from common.domain.errors import NotFound
from common.web import problems
from common.web.endpoint import Call, HttpFunction, endpoint
from common.web.responses import wants_page
from delete import delete
from health import health
from image import image
from list_images import list_images
from rename import rename
from upload import upload

SITE = Path(__file__).resolve().parent.parent / "web"
_SITE_FILES = (".html", ".css", ".js", ".svg", ".png", ".ico", ".txt", ".yaml", ".webmanifest")
_DOCUMENTS = (".html", ".svg")
_TEXTS = ("text/", "image/svg", "application/yaml")

mimetypes.add_type("application/yaml", ".yaml")  # RFC 9512; Python knows it from 3.14 on


def site_policy(*, bucket: bool) -> str:
    """Return the Content-Security-Policy of the site; large images in a bucket are read from there."""
    elsewhere = " https://storage.googleapis.com" if bucket else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self';"
        f" img-src 'self' blob: data:{elsewhere}; connect-src 'self'{elsewhere};"
        " manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def create_app() -> Flask:
    """Return the application; a setting that is missing or malformed ends the process with one line."""
    settings = check_settings()
    app = Flask("image-background-remover", static_folder=None)
    app.url_map.merge_slashes = False  # else `//` is answered with a redirect to what the Host header says
    app.url_map.strict_slashes = False  # as the functions have it
    app.config["SITE_POLICY"] = site_policy(bucket=bool(settings.image_bucket))
    for path, function in _ENDPOINTS.items():
        _route(app, path, function)
        _route(app, f"{path}/<path:rest>", function)
    _route(app, "/", _home, "GET", "HEAD")
    _route(app, "/", upload, "POST", "OPTIONS")
    _route(app, "/<path:file>", _site_asset, "GET", "HEAD")
    app.register_error_handler(Exception, problems.answer)
    return app


def _route(app: Flask, path: str, function: HttpFunction, *methods: str) -> None:
    """Hand these methods at this path to the function; without any named all of them, as the functions do."""
    name = f"{path} {function.__name__}"
    app.url_map.add(Rule(path, endpoint=name, methods=methods or None))
    app.view_functions[name] = lambda **_: function(request)


def _home(request: Request) -> Response:
    """Answer the site, or the list to a caller who asks for JSON, as the original application did."""
    accepted = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return list_images(request) if accepted == "application/json" else _index(request)


@endpoint("", "GET", starts_session=True)
def _index(_: Call) -> Response:
    return _site_file("index.html")


def _site_asset(request: Request) -> Response:
    path = request.path.lstrip("/")
    try:
        return _site_file(path if path.endswith(_SITE_FILES) else "")
    except werkzeug.exceptions.NotFound:
        if not wants_page(request):
            raise
    response = _site_file("404.html")
    response.status_code = 404
    return response


def _site_file(path: str) -> Response:
    response = send_from_directory(SITE, path)
    _compress(response, SITE / path)
    del response.headers["Content-Disposition"]
    response.headers["X-Content-Type-Options"] = "nosniff"
    if path.endswith(_DOCUMENTS):  # on what a document loads these would be so many bytes for nothing
        response.headers["Content-Security-Policy"] = current_app.config["SITE_POLICY"]
        response.headers["Referrer-Policy"] = "same-origin"
    return response


def _compress(response: Response, path: Path) -> None:
    """Send text as gzip to whoever takes it; 304 and parts of files stay as they are."""
    response.vary.add("Accept-Encoding")
    is_text = (response.mimetype or "").startswith(_TEXTS)
    if response.status_code == 200 and is_text and request.accept_encodings["gzip"]:
        response.close()  # the file itself is not sent
        response.direct_passthrough = False
        response.set_data(_gzipped(path, path.stat().st_mtime))
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(response.get_etag()[0] or "", weak=True)  # the bytes differ, what they say does not


@functools.lru_cache(maxsize=256)
def _gzipped(path: Path, _changed_at: float) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


def _local_cleanup(request: Request) -> Response:
    """Clean up for a caller on this machine; there is nothing here for what came over a public edge."""
    caller = ip_address(request.remote_addr or "::")
    if not caller.is_loopback or "X-Forwarded-For" in request.headers:
        raise NotFound("There is nothing at this address.")
    return cleanup(request)


# Each endpoint gets whatever is below its address, as a function of its own would, and judges it itself.
_ENDPOINTS: Mapping[str, HttpFunction] = {
    "/api/upload": upload,
    "/api/list": list_images,
    "/api/rename": rename,
    "/api/delete": delete,
    "/api/image": image,
    "/api/health": health,
    "/api/cleanup": _local_cleanup,
    # The original application's addresses.
    "/health": health,
    "/update": rename,
    "/remove": delete,
}
