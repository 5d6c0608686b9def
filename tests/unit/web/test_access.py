"""The access key protects site and API."""

import threading
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from app import create_app
from common import bootstrap
from common.settings import Settings, SettingsError
from common.web import access
from tests.fakes import FakeRecords, FakeRemover, parts, settings
from tests.host import Client

KEY = "open sesame, please"
PAGE = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def delays(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that records each delay, without waiting."""
    delays: list[str] = []
    monkeypatch.setattr(access, "_delay", lambda: delays.append("a second"))
    return delays


def host(monkeypatch: pytest.MonkeyPatch, key: str = KEY) -> FlaskClient:
    monkeypatch.setenv("ACCESS_KEY", key)
    app = create_app()
    app.test_client_class = Client
    return app.test_client()


@pytest.fixture
def client(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    bootstrap.provide(parts(FakeRecords(), FakeRemover(), settings()))
    yield host(monkeypatch)
    bootstrap.provide(None)


@pytest.mark.parametrize("path", ["/", "/index.html", "/api/list", "/access"])
def test_a_page_gets_the_form(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=PAGE)

    assert (response.status_code, response.mimetype) == (401, "text/html")
    assert 'action="/access"' in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("call", ["GET /api/list", "POST /api/upload", "PUT /update/1", "GET /site.css"])
def test_a_program_gets_401(client: FlaskClient, call: str) -> None:
    method, path = call.split()
    response = client.open(path, method=method, headers={"Accept": "application/json"})

    assert (response.status_code, response.get_json()["code"]) == (401, "access_key_required")
    assert response.headers["Cache-Control"] == "no-store"
    assert "user_id" not in response.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("path", ["/v1.0/removebg", "/api/upload"])
def test_a_preflight_passes_since_browsers_send_it_without_credentials(
    client: FlaskClient, path: str
) -> None:
    assert client.options(path).status_code == 204
    assert client.options("/").status_code == 401


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_health_stays_open(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_key_opens_everything(client: FlaskClient, delays: list[str]) -> None:
    response = client.post("/access", data={"key": KEY})

    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert "HttpOnly; Path=/; SameSite=Lax" in response.headers["Set-Cookie"]
    assert KEY not in response.headers["Set-Cookie"]
    assert client.get("/", headers=PAGE).status_code == 200
    assert client.get("/api/list").status_code == 200
    assert delays == []


def test_the_cookie_is_secure_behind_tls(client: FlaskClient) -> None:
    response = client.post("/access", data={"key": KEY}, headers={"X-Forwarded-Proto": "https"})

    assert "; Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize("key", ["", "wrong", KEY + "!", KEY.upper()])
def test_a_wrong_key_is_delayed_and_opens_nothing(client: FlaskClient, delays: list[str], key: str) -> None:
    response = client.post("/access", data={"key": key})

    assert (response.status_code, "Set-Cookie" in response.headers) == (401, False)
    assert delays == ["a second"]
    assert client.get("/api/list").status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "ü", KEY])
def test_a_forged_cookie_opens_nothing(client: FlaskClient, cookie: str) -> None:
    assert client.get("/api/list", headers={"Cookie": f"access={cookie}"}).status_code == 401


def test_another_key_ends_all_sessions(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = client.post("/access", data={"key": KEY}).headers["Set-Cookie"].partition(";")[0]

    other = host(monkeypatch, "another key of ours")

    assert client.get("/api/list", headers={"Cookie": cookie}).status_code == 200
    assert other.get("/api/list", headers={"Cookie": cookie}).status_code == 401


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_sites_page_cannot_enter_a_key(client: FlaskClient, headers: dict[str, str]) -> None:
    response = client.post("/access", data={"key": KEY}, headers=headers)

    assert (response.status_code, response.get_json()["code"]) == (403, "origin_not_allowed")


def test_an_api_key_passes_the_api_and_not_the_site(client: FlaskClient) -> None:
    key = bootstrap.parts().api_keys().add("somebody")
    assert key

    assert client.get("/api/list", headers={"X-Api-Key": key}).status_code == 200
    assert client.get("/api/list", headers={"X-Api-Key": "x" + key}).status_code == 401
    assert client.get("/", headers={"X-Api-Key": key}).status_code == 401


def test_keys_are_tried_one_at_a_time(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    trying, go_on = threading.Event(), threading.Event()

    def delay() -> None:
        trying.set()
        go_on.wait(5)

    monkeypatch.setattr(access, "_delay", delay)
    other = client.application.test_client()
    first = threading.Thread(target=lambda: other.post("/access", data={"key": "wrong"}).close())
    first.start()
    assert trying.wait(5)
    second = client.post("/access", data={"key": KEY})
    go_on.set()
    first.join()

    assert (second.status_code, second.headers["Retry-After"]) == (429, "1")
    assert client.post("/access", data={"key": KEY}).status_code == 303


def test_without_a_key_nothing_is_asked(environment: None) -> None:
    bootstrap.provide(parts(FakeRecords(), FakeRemover(), settings()))

    assert create_app().test_client().get("/api/list").status_code == 200
    bootstrap.provide(None)


def test_a_short_key_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="ACCESS_KEY is malformed; it should be at least 12 characters"):
        Settings.from_env({"ACCESS_KEY": "short"}, requires=())
