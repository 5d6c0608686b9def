"""Shared by the unit tests."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from common import bootstrap
from common.settings import SETTINGS
from endpoints import ENDPOINTS
from removebg import removebg
from tests.fakes import SECRET
from tests.host import Client, serve
from tests.integration.openapi.contract import check_parts
from tests.objectcut import KEY
from tests.service import Service, functions_host


@pytest.fixture(autouse=True)
def _no_settings_of_this_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide settings of this process's environment from every test."""
    for name in [*SETTINGS, "FUNCTION_TARGET"]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the settings that a host checks at its start; the parts are provided."""
    for name, value in {"MONGO_URI": "mongodb://x", "APP_SECRET_KEY": SECRET, "X_RAPID_API_KEY": "k"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["functions", "functions behind a load balancer", "application"])
def service(request: pytest.FixtureRequest, environment: None) -> Iterator[Service]:
    apps: dict[str, Flask] = {}

    def client(function: str) -> FlaskClient:
        if request.param == "application":
            app = apps.setdefault("", apps.get("") or create_app())
        else:
            target = ENDPOINTS[function].target
            if target not in apps:
                apps[target] = functions_host(target)
            app = apps[target]
        return app.test_client(use_cookies=False)

    yield Service(client, "" if request.param == "functions" else "/api")
    bootstrap.provide(None)


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect to servers on this machine directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def unlogged_key(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check that nobody has logged the stand-in's key."""
    caplog.set_level(logging.DEBUG)
    yield
    # Not caplog.text, which is empty by now, because each phase of a test has its own records.
    records = [*caplog.get_records("setup"), *caplog.get_records("call"), *caplog.get_records("teardown")]
    assert KEY not in "".join(caplog.handler.format(record) for record in records)


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check each response against web/openapi.yaml."""
    call = Client.open

    def checked(self: Client, *args: Any, **options: Any) -> TestResponse:
        response = call(self, *args, **options)
        request = response.request
        if request.method in ("GET", "POST", "OPTIONS") and request.path != "/":
            headers = dict(response.headers.items())
            check_parts(request.method.lower(), request.path, response.status_code, headers, response.data)
        return response

    monkeypatch.setattr(Client, "open", checked)


@pytest.fixture
def client(described: None) -> Iterator[FlaskClient]:
    """Yield a client of the stateless removal without API keys."""
    yield serve(removebg, api_keys="off", max_upload_mb=1, max_megapixels=1)
    bootstrap.provide(None)


@pytest.fixture
def guarded(described: None) -> Iterator[FlaskClient]:
    """Yield a client of the stateless removal with required API keys."""
    yield serve(removebg, api_keys="required", max_upload_mb=1)
    bootstrap.provide(None)
