"""API keys of the function removebg: required, counted, or off."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from common import bootstrap
from common.domain.errors import RemoverFailed
from removebg import removebg
from tests.host import serve
from tests.unit.removals import PICTURE, REMBG, REMOVE_BG, WITHOUT_BG, code, post


@pytest.mark.parametrize("path", [REMOVE_BG, REMBG, WITHOUT_BG])
@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "wrong"}, {"Authorization": "Bearer wrong"}])
def test_a_key_is_required(guarded: FlaskClient, path: str, headers: dict[str, str]) -> None:
    assert (
        post(guarded, path, image_file=PICTURE, file=PICTURE, image=PICTURE, headers=headers).status_code
        == 403
    )


@pytest.mark.parametrize("scheme", ["X-Api-Key", "Authorization"])
def test_a_valid_key_is_counted(guarded: FlaskClient, scheme: str) -> None:
    key = bootstrap.parts().api_keys().add("shop", per_minute=2, per_month=9)
    headers = {scheme: str(key) if scheme == "X-Api-Key" else f"Bearer {key}"}

    responses = [post(guarded, image_file=PICTURE, headers=headers) for _ in range(3)]

    assert [response.status_code for response in responses] == [200, 200, 429]
    assert [response.headers.get("X-RateLimit-Remaining") for response in responses[:2]] == ["1", "0"]
    assert responses[0].headers["X-RateLimit-Limit"] == "2"
    assert code(responses[2]) == "rate_limit_exceeded"
    assert 0 < int(responses[2].headers["Retry-After"]) <= 60
    account = guarded.get("/v1.0/account", headers=headers).get_json()
    assert account["data"]["attributes"]["credits"]["total"] == 7


def test_a_month_that_is_used_up(guarded: FlaskClient) -> None:
    key = bootstrap.parts().api_keys().add("shop", per_month=1)
    headers = {"X-Api-Key": str(key)}
    post(guarded, image_file=PICTURE, headers=headers)

    response = post(guarded, image_file=PICTURE, headers=headers)

    assert (response.status_code, code(response)) == (402, "insufficient_credits")


def test_a_call_that_fails_on_our_side_is_not_counted(
    guarded: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = str(bootstrap.parts().api_keys().add("shop", per_month=5))

    def fail(*_: object) -> None:
        raise RemoverFailed

    monkeypatch.setattr(bootstrap.parts().removal().remover(), "matte", fail)
    response = post(guarded, image_file=PICTURE, headers={"X-Api-Key": key})
    refused = post(guarded, image_file=b"no picture", headers={"X-Api-Key": key})

    assert (response.status_code, refused.status_code) == (502, 400)
    assert bootstrap.parts().api_keys().usage(key).used_this_month == 1


@pytest.mark.usefixtures("described")
@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({"Host": "127.0.0.1:8080"}, True),
        ({"Host": "[::1]:8080"}, True),
        ({"Host": "192.168.1.5"}, True),
        ({"Host": "localhost:8080", "X-Api-Key": "any"}, True),
        ({"Host": "site.example"}, True),
        ({"Host": "rebound.example"}, False),
        ({"Host": "127.0.0.1.nip.example"}, False),
        ({"Host": "127.0.0.1", "Origin": "http://127.0.0.1"}, True),
        ({"Host": "127.0.0.1", "Origin": "https://evil.example"}, False),
        ({"Host": "127.0.0.1", "Origin": "null"}, False),
        ({"Host": "127.0.0.1", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Host": "127.0.0.1", "Sec-Fetch-Site": "none"}, True),
        ({"Host": "127.0.0.1", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Host": "127.0.0.1", "Sec-Fetch-Site": "same-site"}, False),
    ],
)
def test_without_keys_other_sites_are_refused(headers: dict[str, str], is_taken: bool) -> None:
    client = serve(removebg, api_keys="off", site_url="https://site.example/app")

    assert post(client, image_file=PICTURE, headers=headers).status_code == (200 if is_taken else 403)
    bootstrap.provide(None)


@pytest.mark.usefixtures("described")
@pytest.mark.parametrize("origin", ["", "https://evil.example"])
def test_a_program_without_a_host_header_passes_and_a_page_does_not(origin: str) -> None:
    environ = EnvironBuilder(path="/v1.0/account").get_environ()
    del environ["HTTP_HOST"]
    environ["HTTP_ORIGIN"] = origin

    _, status, _ = run_wsgi_app(serve(removebg, api_keys="off").application, environ)

    assert status.startswith("403" if origin else "200")


def test_pages_of_any_origin_may_ask_with_a_key(guarded: FlaskClient) -> None:
    origin = {"Origin": "https://shop.example"}
    preflight = guarded.options(REMOVE_BG, headers=origin)
    key = str(bootstrap.parts().api_keys().add("shop"))
    response = post(guarded, image_file=PICTURE, headers={**origin, "X-Api-Key": key})

    assert preflight.status_code == 204
    assert "X-Api-Key" in preflight.headers["Access-Control-Allow-Headers"]
    for answer in (preflight, response):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert response.status_code == 200
