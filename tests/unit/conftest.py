"""What the unit tests share."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from common import bootstrap
from common.settings import SETTINGS
from tests.fakes import SECRET
from tests.service import TARGETS, Service, functions_host


@pytest.fixture(autouse=True)
def _no_settings_of_this_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings that happen to be in the environment out of every test."""
    for name in [*SETTINGS, "FUNCTION_TARGET"]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what a host checks as it starts; the parts are provided."""
    for name, value in {"MONGO_URI": "mongodb://x", "APP_SECRET_KEY": SECRET, "X_RAPID_API_KEY": "k"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["functions", "functions behind a load balancer", "application"])
def service(request: pytest.FixtureRequest, environment: None) -> Iterator[Service]:
    apps: dict[str, Flask] = {}

    def client(function: str) -> FlaskClient:
        if request.param == "application":
            app = apps.setdefault("", apps.get("") or create_app())
        else:
            target = TARGETS.get(function, function)
            if target not in apps:
                apps[target] = functions_host(target)
            app = apps[target]
        return app.test_client(use_cookies=False)

    yield Service(client, "" if request.param == "functions" else "/api")
    bootstrap.provide(None)
