"""Each user can see and change only their own records, on both hosts."""

import pytest

from tests.integration.client import Client
from tests.integration.conftest import FRIEND
from tests.integration.hosts import Host


def test_the_cookie_is_kept_from_scripts_and_foreign_pages(client: Client) -> None:
    cookie = client.call("GET", "/api/list").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=31536000"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    behind_tls = Client(client.host).call("GET", "/api/list", headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in behind_tls.headers["Set-Cookie"].split("; ")
    assert "Set-Cookie" not in client.call("GET", "/api/list").headers


def test_a_token_works_as_a_bearer_too(client: Client, host: Host) -> None:
    record = client.keep()
    bearer = {"Authorization": f"Bearer {client.token()}"}
    response = Client(host).call("GET", "/api/list", headers=bearer)
    assert response.json()["records"] == [record]


@pytest.mark.parametrize("token", ["", "forged", "IjEyMyI.aaaa.bbbb", "." * 500])
def test_a_forged_token_makes_a_new_user(client: Client, host: Host, token: str) -> None:
    client.keep()
    response = Client(host).call("GET", "/api/list", headers={"Cookie": f"user_id={token}"})
    assert response.status_code == 200
    assert response.json()["records"] == []
    assert response.json()["user_id"] != client.list()["user_id"]


def test_nobody_reaches_another_users_record(client: Client, host: Host) -> None:
    record = client.keep(name="mine")
    stranger = Client(host)
    stranger.list()
    answers = [
        stranger.call("PUT", f"/api/rename/{record['record_id']}", json={"record_name": "stolen"}),
        stranger.call("DELETE", f"/api/delete/{record['record_id']}"),
        *(stranger.call("GET", record[f"{v}_url"]) for v in ("original", "processed", "preview")),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert client.list()["records"] == [record]


def test_a_trusted_origin_may_call_with_its_cookie(client: Client) -> None:
    preflight = client.call(
        "OPTIONS", "/api/upload", headers={"Origin": FRIEND, "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    answer = client.upload(headers={"Origin": FRIEND})
    assert answer.status_code == 201
    assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
