"""All endpoints on one host in this process."""

from collections.abc import Callable
from typing import Any

import functions_framework
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from common import bootstrap
from common.service.sessions import SessionSigner
from infra.local import FUNCTIONS
from tests.fakes import SECRET, FakeRecords, FakeRemover, parts, settings
from tests.host import form
from tests.photos import photo

PICTURE = photo(64, 48, "JPEG", quality=95)
UNKNOWN = "0" * 24
_OF_PROGRAMS = ("v1.0", "v1", "remove")  # the first parts of the programs' paths


def token(user_id: str) -> str:
    return SessionSigner([SECRET]).issue(user_id)


class Service:
    """All endpoints on one host with shared records."""

    def __init__(self, client: Callable[[str], FlaskClient], prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self.records = FakeRecords()
        self.remover = FakeRemover(self.records.steps)
        bootstrap.provide(parts(self.records, self.remover, settings()))

    def call(self, method: str, path: str, user_id: str = "me", **options: Any) -> TestResponse:
        function = path.lstrip("/").split("/", 1)[0].split("?", 1)[0]
        function = "removebg" if function in _OF_PROGRAMS else function
        headers = {"Authorization": f"Bearer {token(user_id)}", **options.pop("headers", {})}
        return self._client(function).open(self._prefix + path, method=method, headers=headers, **options)

    def upload(self, content: bytes = PICTURE, user_id: str = "me", name: str = "cat") -> str:
        response = self.call("POST", "/upload", user_id, **form(content, name=name))
        assert response.status_code == 201, response.text
        return str(response.get_json()["record"]["record_id"])

    def names(self, user_id: str = "me") -> list[str]:
        return [record["image_name"] for record in self.call("GET", "/list", user_id).get_json()["records"]]


def functions_host(target: str) -> Flask:
    """Return the functions host for one function."""
    create: Callable[[str, str], Flask] = functions_framework.create_app
    return create(target, str(FUNCTIONS / "main.py"))


def problem(response: TestResponse) -> tuple[int, str]:
    assert response.content_type == "application/problem+json"
    return response.status_code, response.get_json()["code"]
