"""The function removebg: three dialects of stateless removal, with API keys and without."""

import base64
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from urllib3 import encode_multipart_formdata
from werkzeug.test import TestResponse

from common import bootstrap
from common.domain.errors import RemoverFailed
from common.domain.removal_errors import FetchFailed
from removebg import removebg
from tests.host import Client, serve
from tests.integration.openapi.contract import check_parts

REMOVE_BG, REMBG, WITHOUT_BG = "/v1.0/removebg", "/api/remove", "/v1/remove-background"
SIZE = (40, 30)
METHODS = ("GET", "POST", "OPTIONS")


def png(size: tuple[int, int] = SIZE) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, "PNG")
    return buffer.getvalue()


PICTURE = png()


@pytest.fixture(autouse=True)
def _held_against_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check each response against web/openapi.yaml."""
    call = Client.open

    def checked(self: Client, *args: Any, **options: Any) -> TestResponse:
        response = call(self, *args, **options)
        request = response.request
        if request.method in METHODS and request.path != "/":
            headers = dict(response.headers.items())
            check_parts(request.method.lower(), request.path, response.status_code, headers, response.data)
        return response

    monkeypatch.setattr(Client, "open", checked)


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    """A host without API keys."""
    yield serve(removebg, api_keys="off", max_upload_mb=1, max_megapixels=1)
    bootstrap.provide(None)


@pytest.fixture
def guarded() -> Iterator[FlaskClient]:
    """A host that requires API keys."""
    yield serve(removebg, api_keys="required", max_upload_mb=1)
    bootstrap.provide(None)


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


def test_removebg_returns_the_cut_out_and_its_headers(client: FlaskClient) -> None:
    response = post(client, image_file=PICTURE)
    image = opened(response)

    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", SIZE)
    assert image.getchannel("A").point(lambda value: 255 * (value > 127)).getbbox() == (0, 0, 20, 30)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "no-store"
    headers = {name: response.headers[f"X-{name}"] for name in ("Type", "Width", "Height", "Credits-Charged")}
    assert headers == {"Type": "other", "Width": "40", "Height": "30", "Credits-Charged": "0"}
    assert (response.headers["X-Max-Width"], response.headers["X-Max-Height"]) == ("40", "30")
    assert response.headers["X-Foreground-Left"] == response.headers["X-Foreground-Top"] == "0"
    assert response.headers["X-Foreground-Height"] == "30"
    assert 18 <= int(response.headers["X-Foreground-Width"]) <= 22
    assert int(response.headers["X-RateLimit-Reset"]) >= datetime.now(UTC).timestamp()
    assert "Set-Cookie" not in response.headers


def test_removebg_returns_json_to_whoever_asks_for_it(client: FlaskClient) -> None:
    response = post(client, image_file=PICTURE, headers={"Accept": "application/json"})
    data = response.get_json()["data"]

    assert set(data) == {
        "result_b64",
        "foreground_top",
        "foreground_left",
        "foreground_width",
        "foreground_height",
    }
    assert Image.open(io.BytesIO(base64.b64decode(data["result_b64"]))).size == SIZE
    assert response.headers["X-Width"] == "40"


@pytest.mark.parametrize("path", [REMOVE_BG, f"/api{REMOVE_BG}"])
@pytest.mark.parametrize("kind", ["multipart", "json", "urlencoded"])
def test_removebg_takes_every_kind_of_body(client: FlaskClient, path: str, kind: str) -> None:
    encoded = base64.b64encode(PICTURE).decode()
    if kind == "multipart":
        response = post(client, path, image_file_b64=encoded)
    elif kind == "json":
        response = client.post(path, json={"image_file_b64": encoded, "crop": False})
    else:
        response = client.post(path, data={"image_file_b64": encoded})

    assert opened(response).format == "PNG"


def test_removebg_zips_colours_and_matte(client: FlaskClient) -> None:
    response = post(client, image_file=PICTURE, format="zip", size="auto", roi="")

    assert response.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.data)) as archive:
        assert archive.namelist() == ["color.jpg", "alpha.png"]


def test_removebg_frames_and_fills(client: FlaskClient) -> None:
    image = opened(post(client, image_file=PICTURE, crop="true", crop_margin="10px", bg_color="fff"))

    assert image.format == "JPEG"
    assert image.height == 50
    assert image.convert("L").crop((0, 0, 8, 8)).point(lambda value: 255 * (value < 245)).getbbox() is None


def test_removebg_puts_a_picture_behind(client: FlaskClient) -> None:
    backdrop = io.BytesIO()
    Image.new("RGB", (10, 10), "blue").save(backdrop, "PNG")

    image = opened(post(client, image_file=PICTURE, bg_image_file=backdrop.getvalue(), format="png"))

    assert image.convert("RGB").getpixel((39, 15)) == (0, 0, 255)


def test_removebg_removes_the_subject_instead(client: FlaskClient) -> None:
    alpha = opened(post(client, image_file=PICTURE, to_remove="foreground")).getchannel("A")

    assert (alpha.getpixel((2, 15)), alpha.getpixel((37, 15))) == (0, 255)


def test_removebg_looks_only_at_the_region_of_interest(client: FlaskClient) -> None:
    response = post(client, image_file=PICTURE, roi="20px 0px 40px 20px")
    alpha = opened(response).getchannel("A")

    assert alpha.point(lambda value: 255 * (value > 127)).getbbox() == (20, 0, 30, 20)
    assert response.headers["X-Foreground-Left"] == "20"


def test_removebg_scales_to_the_size_that_was_asked_for(client: FlaskClient) -> None:
    picture = png((1000, 800))
    response = post(client, image_file=picture, size="preview")

    assert opened(response).size == (559, 447)
    assert (response.headers["X-Max-Width"], response.headers["X-Max-Height"]) == ("1000", "800")


@pytest.mark.parametrize(
    ("sent", "status", "expected"),
    [
        ({}, 400, "missing_source"),
        ({"image_file": PICTURE, "image_url": "https://a.example"}, 400, "multiple_sources"),
        ({"image_file": PICTURE, "size": "huge"}, 400, "invalid_size"),
        ({"image_file": PICTURE, "roi": "0 0 41 30"}, 400, "roi_exceeds_bounds"),
        ({"image_file": PICTURE, "roi": "5 5 5 10"}, 400, "roi_region_empty"),
        ({"image_file": b"no picture"}, 400, "invalid_file_type"),
        ({"image_file": PICTURE[:60]}, 400, "failed_to_read_image"),
        ({"image_file": PICTURE, "bg_image_file": b"no picture"}, 400, "invalid_file_type"),
        ({"image_file": png((1001, 1000))}, 400, "resolution_too_high"),
        ({"image_file": b"x" * (1024 * 1024 + 1)}, 400, "file_too_large"),
        ({"image_file": b"x" * (2 * 1024 * 1024)}, 400, "file_too_large"),
        ({"image_url": "http://127.0.0.1/a.jpg"}, 400, "failed_image_download"),
        ({"image_file": PICTURE, "bg_image_url": "http://169.254.169.254/"}, 400, "failed_image_download"),
    ],
)
def test_removebg_tells_of_mistakes_in_its_own_words(
    client: FlaskClient, sent: dict[str, Any], status: int, expected: str
) -> None:
    response = post(client, **sent)

    assert response.status_code == status
    assert code(response) == expected


def test_a_picture_without_a_subject_is_an_error_of_removebg_alone(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = png((1, 1))  # half of it is no pixel

    assert code(post(client, image_file=tiny)) == "unknown_foreground"
    assert opened(post(client, REMBG, file=tiny)).size == (1, 1)


def test_addresses_are_fetched_unless_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve(removebg, api_keys="off")
    monkeypatch.setattr(bootstrap.parts().addresses, "fetch", lambda _: PICTURE)
    assert opened(client.post(REMOVE_BG, json={"image_url": "https://a.example"})).size == SIZE

    client = serve(removebg, api_keys="off", fetch_urls=False)
    assert client.post(REMOVE_BG, json={"image_url": "https://a.example"}).status_code == 400


def test_account_tells_of_a_key_without_limits(client: FlaskClient) -> None:
    attributes = client.get("/v1.0/account").get_json()["data"]["attributes"]

    assert attributes["credits"]["total"] > 0
    assert set(attributes["credits"]) == {"total", "subscription", "payg", "enterprise"}
    assert attributes["api"]["sizes"] == "all"


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
    monkeypatch.setattr(bootstrap.parts().addresses, "fetch", lambda _: PICTURE)
    assert opened(client.get(f"{REMBG}?url=https://a.example/a.jpg")).size == SIZE


def test_rembg_takes_no_address_in_a_query_where_keys_are_required(guarded: FlaskClient) -> None:
    key = bootstrap.parts().api_keys.add("shop")
    response = guarded.get(f"{REMBG}?url=https://a.example", headers={"X-Api-Key": str(key)})

    assert response.status_code == 403


@pytest.mark.parametrize("kind", ["multipart", "json", "raw"])
def test_withoutbg_takes_every_kind_of_body(client: FlaskClient, kind: str) -> None:
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
def test_withoutbg_tells_of_mistakes_in_its_own_words(client: FlaskClient, path: str, body: bytes) -> None:
    response = client.post(WITHOUT_BG + path, data=body)

    assert 400 <= response.status_code < 500
    assert set(response.get_json()) == {"error"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("GET", REMOVE_BG, 405), ("POST", "/v1.0/account", 405), ("GET", WITHOUT_BG, 405)),
        *(("PUT", REMOVE_BG, 405), ("POST", "/v1.0/improve", 404), ("GET", "/", 404)),
    ],
)
def test_other_addresses_and_methods(client: FlaskClient, method: str, path: str, status: int) -> None:
    assert client.open(path, method=method).status_code == status


@pytest.mark.parametrize("path", [REMOVE_BG, REMBG, WITHOUT_BG])
@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "wrong"}, {"Authorization": "Bearer wrong"}])
def test_a_key_is_required(guarded: FlaskClient, path: str, headers: dict[str, str]) -> None:
    assert (
        post(guarded, path, image_file=PICTURE, file=PICTURE, image=PICTURE, headers=headers).status_code
        == 403
    )


@pytest.mark.parametrize("scheme", ["X-Api-Key", "Authorization"])
def test_a_valid_key_is_counted(guarded: FlaskClient, scheme: str) -> None:
    key = bootstrap.parts().api_keys.add("shop", per_minute=2, per_month=9)
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
    key = bootstrap.parts().api_keys.add("shop", per_month=1)
    headers = {"X-Api-Key": str(key)}
    post(guarded, image_file=PICTURE, headers=headers)

    response = post(guarded, image_file=PICTURE, headers=headers)

    assert (response.status_code, code(response)) == (402, "insufficient_credits")


def test_what_fails_on_our_side_is_given_back(guarded: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    key = str(bootstrap.parts().api_keys.add("shop", per_month=5))

    def fail(*_: object) -> None:
        raise RemoverFailed

    monkeypatch.setattr(bootstrap.parts().removal.remover(), "matte", fail)
    response = post(guarded, image_file=PICTURE, headers={"X-Api-Key": key})
    refused = post(guarded, image_file=b"no picture", headers={"X-Api-Key": key})

    assert (response.status_code, refused.status_code) == (502, 400)
    assert bootstrap.parts().api_keys.usage(key).used_this_month == 1


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


def test_pages_of_any_origin_may_ask_with_a_key(guarded: FlaskClient) -> None:
    origin = {"Origin": "https://shop.example"}
    preflight = guarded.options(REMOVE_BG, headers=origin)
    key = str(bootstrap.parts().api_keys.add("shop"))
    response = post(guarded, image_file=PICTURE, headers={**origin, "X-Api-Key": key})

    assert preflight.status_code == 204
    assert "X-Api-Key" in preflight.headers["Access-Control-Allow-Headers"]
    for answer in (preflight, response):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert response.status_code == 200


def test_a_fetch_that_failed_says_why(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(url: str) -> bytes:
        raise FetchFailed("The address answered with status 404.")

    monkeypatch.setattr(bootstrap.parts().addresses, "fetch", fail)
    (error,) = client.post(REMOVE_BG, json={"image_url": "https://a.example"}).get_json()["errors"]

    assert error["detail"] == "The address answered with status 404."
