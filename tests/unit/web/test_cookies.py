"""The endpoint decorator's identification of callers."""

from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie

import pytest
from flask import Response
from werkzeug.test import TestResponse

from common import bootstrap
from common.service.sessions import SessionSigner
from tests.fakes import SECRET
from tests.host import body, serve, start, thing

TOKEN = SessionSigner([SECRET]).issue("me")
OLD = "an older secret key"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    bootstrap.provide(None)


def cookie(response: Response | TestResponse) -> Morsel[str]:
    return SimpleCookie(response.headers["Set-Cookie"])["user_id"]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_new_caller_is_given_a_cookie_that_scripts_cannot_read() -> None:
    response = serve(start).get("/start")

    given = cookie(response)
    assert (given["httponly"], given["samesite"], given["path"]) == (True, "Lax", "/")
    assert (given["max-age"], given["domain"], given["secure"]) == (str(365 * 86400), "", "")
    assert SessionSigner([SECRET]).read(given.value).user_id == response.get_json()["user_id"]


def test_the_cookie_makes_the_next_call_the_same_users() -> None:
    client = serve(start)
    first = client.get("/start")

    again = client.get("/start", headers={"Cookie": f"user_id={cookie(first).value}"})

    assert again.get_json()["user_id"] == first.get_json()["user_id"]
    assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize(
    ("base_url", "headers", "chosen", "secure"),
    [
        ("http://localhost", {}, {}, False),
        ("https://localhost", {}, {}, True),
        ("http://localhost", {"X-Forwarded-Proto": "https"}, {}, True),
        ("http://localhost", {"X-Forwarded-Proto": "http"}, {}, False),
        ("http://localhost", {}, {"cookie_samesite": "None"}, True),
    ],
)
def test_the_cookie_is_secure_if_the_connection_is(
    base_url: str, headers: dict[str, str], chosen: dict[str, str], secure: bool
) -> None:
    response = serve(start, **chosen).get("/start", base_url=base_url, headers=headers)

    assert bool(cookie(response)["secure"]) is secure
    assert cookie(response)["samesite"] == chosen.get("cookie_samesite", "Lax")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_caller_without_cookies_may_send_the_token_as_bearer(scheme: str) -> None:
    response = serve(thing).get("/thing/1", headers={"Authorization": f"{scheme} {TOKEN}"})

    assert response.get_json()["user_id"] == "me"


def test_a_bearer_token_goes_before_the_cookie() -> None:
    other = SessionSigner([SECRET]).issue("somebody else")

    response = serve(thing).get("/thing/1", headers={**bearer(TOKEN), "Cookie": f"user_id={other}"})

    assert response.get_json()["user_id"] == "me"


@pytest.mark.parametrize(
    "token",
    ["", "forged", TOKEN[:-2], SessionSigner([OLD]).issue("you")],
    ids=["empty", "forged", "cut short", "signed with another key"],
)
def test_a_bearer_token_that_is_not_ours_counts_as_absent(token: str) -> None:
    with_cookie = serve(start).get("/start", headers={**bearer(token), "Cookie": f"user_id={TOKEN}"})
    without = serve(start).get("/start", headers=bearer(token))

    assert with_cookie.get_json()["user_id"] == "me"
    assert "Set-Cookie" not in with_cookie.headers
    assert without.get_json()["user_id"] not in ("me", "you")
    assert SessionSigner([SECRET]).read(cookie(without).value).user_id == without.get_json()["user_id"]


def test_a_call_identified_by_its_bearer_token_is_given_no_cookie() -> None:
    client = serve(start, app_secret_keys=(SECRET, OLD))

    for token in (TOKEN, SessionSigner([OLD]).issue("me")):
        response = client.get("/start", headers=bearer(token))
        assert response.get_json()["user_id"] == "me"
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("authorization", ["Basic bWU6eA==", "Digest x", "nonsense", ""])
def test_another_kind_of_authorization_is_passed_over(authorization: str) -> None:
    headers = {"Authorization": authorization, "Cookie": f"user_id={TOKEN}"}

    assert serve(thing).get("/thing/1", headers=headers).get_json()["user_id"] == "me"


@pytest.mark.parametrize(
    "token",
    ["me", TOKEN[:-2], "", "=", "a=b", "x" * 5000, "\xff\xfe", SessionSigner([OLD]).issue("me")],
    ids=["not_signed", "cut_off", "empty", "equals_sign", "pair", "long", "not_ascii", "another_key"],
)
def test_a_forged_token_is_a_new_user_and_no_error(token: str) -> None:
    for headers in ({"Cookie": f"user_id={token}"}, bearer(token)):
        response = serve(start).get("/start", headers=headers)

        assert response.status_code == 200
        assert response.get_json()["user_id"] != "me"
        assert cookie(response).value


def test_a_token_under_an_older_key_is_renewed_under_the_newest() -> None:
    client = serve(start, app_secret_keys=(SECRET, OLD))

    response = client.get("/start", headers={"Cookie": f"user_id={SessionSigner([OLD]).issue('me')}"})

    assert response.get_json()["user_id"] == "me"
    assert SessionSigner([SECRET]).read(cookie(response).value).user_id == "me"


def test_a_new_caller_gets_the_cookie_with_an_error_too() -> None:
    response = serve(start).get("/start/too/much")

    assert response.status_code == 404
    assert cookie(response).value


def test_an_endpoint_that_starts_no_session_sets_no_cookie() -> None:
    response = serve(thing).get("/thing/1")

    assert len(response.get_json()["user_id"]) == 32
    assert "Set-Cookie" not in response.headers


def test_an_endpoint_without_users_knows_none_and_needs_no_key() -> None:
    response = serve(body, app_secret_keys=()).post("/body", json={}, headers=bearer(TOKEN))

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
