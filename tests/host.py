"""A host for a single function, and functions that return what they received."""

from typing import Any

from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from common import bootstrap
from common.web.endpoint import Call, HttpFunction, endpoint
from common.web.responses import json_response
from endpoints import Endpoint
from tests.fakes import FakeRecords, FakeRemover, parts, settings


class Client(FlaskClient):
    """A client that reads every answer completely, so that files are closed."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        return super().open(*args, buffered=True, **options)


def serve(function: HttpFunction, **chosen: object) -> FlaskClient:
    """Return a client of a host that passes every request to this function, under these settings."""
    bootstrap.provide(parts(FakeRecords(), FakeRemover(), settings(**chosen)))
    app = Flask("host", static_folder=None)
    app.url_map.add(Rule("/", endpoint="function"))
    app.url_map.add(Rule("/<path:path>", endpoint="function"))
    app.view_functions["function"] = lambda **_: function(request)
    app.test_client_class = Client
    return app.test_client(use_cookies=False)


def form(
    content: bytes, *, name: str = "", file_name: str = "photo.png", part: str = "image"
) -> dict[str, Any]:
    """Return body and headers of an upload; Flask's own client would leave a temporary file open."""
    text = f'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n--edge\r\n'
    text += f'Content-Disposition: form-data; name="{part}"; filename="{file_name}"\r\n'
    head = f"{text}Content-Type: application/octet-stream\r\n\r\n".encode()
    data = head + content + b"\r\n--edge--\r\n"
    return {"data": data, "content_type": "multipart/form-data; boundary=edge"}


def at(*paths: str, methods: tuple[str, ...] = ("GET",)) -> Endpoint:
    """Return an endpoint with these paths and methods, outside of the list."""
    return Endpoint("", methods, paths, ())


@endpoint(at("/api/thing/{id}", "/item/{id}", methods=("GET", "PUT")))
def thing(call: Call) -> Response:
    """Return the caller, the path parameters and the length of the body."""
    size = len(call.request.get_data())
    return json_response({"user_id": call.user_id, "path_params": call.path_params, "size": size})


@endpoint(at("/api/start", methods=("GET", "POST")), starts_session=True, takes_form=True)
def start(call: Call) -> Response:
    """Begin a session, and return the size of the sent picture."""
    sent = call.request.files.get("image")
    return json_response({"user_id": call.user_id, "size": len(sent.read()) if sent else 0})


@endpoint(at("/api/body", methods=("POST",)), identified=False)
def body(call: Call) -> Response:
    """Return the JSON object of the body."""
    return json_response(call.json_object())
