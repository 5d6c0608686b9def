"""Calls of the stateless removal in its three dialects, for tests."""

import io
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from urllib3 import encode_multipart_formdata
from werkzeug.test import TestResponse

REMOVE_BG, REMBG, WITHOUT_BG = "/v1.0/removebg", "/api/remove", "/v1/remove-background"
SIZE = (40, 30)


def png(size: tuple[int, int] = SIZE) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, "PNG")
    return buffer.getvalue()


PICTURE = png()


def post(
    client: FlaskClient, path: str = REMOVE_BG, headers: dict[str, str] | None = None, **parts: Any
) -> TestResponse:
    """Send a multipart form; bytes are files."""
    fields = {
        name: ("photo.png", value) if isinstance(value, bytes) else value for name, value in parts.items()
    }
    body, content_type = encode_multipart_formdata(fields)
    return client.post(path, data=body, content_type=content_type, headers=headers)


def opened(response: TestResponse) -> Image.Image:
    assert response.status_code == 200, response.text
    return Image.open(io.BytesIO(response.data))


def code(response: TestResponse) -> str:
    (error,) = response.get_json()["errors"]
    assert set(error) == {"title", "code", "detail"}
    return str(error["code"])
