"""The function removebg, called as rembg's server and withoutBG's server."""

import base64

import pytest
from flask.testing import FlaskClient

from common import bootstrap
from tests.unit.removals import PICTURE, REMBG, SIZE, WITHOUT_BG, opened, post


def test_rembg_returns_a_png(client: FlaskClient) -> None:
    image = opened(post(client, REMBG, file=PICTURE, model="u2net", a="true"))

    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", SIZE)


@pytest.mark.parametrize("where", ["form", "query"])
def test_rembg_returns_the_matte_or_a_background(client: FlaskClient, where: str) -> None:
    if where == "form":
        matte, green = (
            post(client, REMBG, file=PICTURE, om="true"),
            post(client, REMBG, file=PICTURE, bgc="0,255,0,255"),
        )
    else:
        matte = post(client, f"{REMBG}?om=true", file=PICTURE)
        green = post(client, f"{REMBG}?bgc=0,255,0,255", file=PICTURE)

    assert opened(matte).mode == "L"
    assert opened(green).convert("RGB").getpixel((39, 15)) == (0, 255, 0)


def test_rembg_fetches_an_address(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.parts().addresses(), "fetch", lambda _: PICTURE)
    assert opened(client.get(f"{REMBG}?url=https://a.example/a.jpg")).size == SIZE


def test_rembg_refuses_an_address_in_a_query_if_keys_are_required(guarded: FlaskClient) -> None:
    key = bootstrap.parts().api_keys().add("shop")
    response = guarded.get(f"{REMBG}?url=https://a.example", headers={"X-Api-Key": str(key)})

    assert response.status_code == 403


@pytest.mark.parametrize("kind", ["multipart", "json", "raw"])
def test_withoutbg_accepts_every_kind_of_body(client: FlaskClient, kind: str) -> None:
    if kind == "multipart":
        response = post(client, WITHOUT_BG, image=PICTURE)
    elif kind == "json":
        response = client.post(WITHOUT_BG, json={"image": base64.b64encode(PICTURE).decode()})
    else:
        response = client.post(WITHOUT_BG, data=PICTURE, content_type="image/png")

    assert (opened(response).format, opened(response).mode) == ("PNG", "RGBA")
    assert response.headers["X-Latency-Ms"].isdecimal()


def test_withoutbg_returns_the_matte(client: FlaskClient) -> None:
    assert opened(client.post(f"{WITHOUT_BG}?output=matte", data=PICTURE)).mode == "L"


@pytest.mark.parametrize(("path", "body"), [("?output=x", PICTURE), ("", b""), ("", b"text"), ("", b"{}")])
def test_withoutbg_reports_mistakes_in_its_own_format(client: FlaskClient, path: str, body: bytes) -> None:
    response = client.post(WITHOUT_BG + path, data=body)

    assert 400 <= response.status_code < 500
    assert set(response.get_json()) == {"error"}
