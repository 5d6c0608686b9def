"""The function removebg, called as remove.bg."""

import base64
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from common import bootstrap
from common.domain.removal_errors import FetchFailed
from removebg import removebg
from tests.host import serve
from tests.unit.removals import PICTURE, REMBG, REMOVE_BG, SIZE, WITHOUT_BG, code, opened, png, post


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


def test_removebg_returns_json_on_request(client: FlaskClient) -> None:
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
def test_removebg_accepts_every_kind_of_body(client: FlaskClient, path: str, kind: str) -> None:
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
        ({"image_file": png((16_384, 1)), "format": "webp"}, 400, "resolution_too_high"),
        ({"image_file": b"x" * (1024 * 1024 + 1)}, 400, "file_too_large"),
        ({"image_file": b"x" * (2 * 1024 * 1024)}, 400, "file_too_large"),
        ({"image_url": "http://127.0.0.1/a.jpg"}, 400, "failed_image_download"),
        ({"image_file": PICTURE, "bg_image_url": "http://169.254.169.254/"}, 400, "failed_image_download"),
    ],
)
def test_removebg_reports_mistakes_in_its_own_format(
    client: FlaskClient, sent: dict[str, Any], status: int, expected: str
) -> None:
    response = post(client, **sent)

    assert response.status_code == status
    assert code(response) == expected


def test_a_picture_without_a_subject_is_an_error_of_removebg_alone(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = png((1, 1))  # half of it is less than a pixel

    assert code(post(client, image_file=tiny)) == "unknown_foreground"
    assert opened(post(client, REMBG, file=tiny)).size == (1, 1)


def test_addresses_are_fetched_unless_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    client = serve(removebg, api_keys="off")
    monkeypatch.setattr(bootstrap.parts().addresses(), "fetch", lambda _: PICTURE)
    assert opened(client.post(REMOVE_BG, json={"image_url": "https://a.example"})).size == SIZE

    client = serve(removebg, api_keys="off", fetch_urls=False)
    assert client.post(REMOVE_BG, json={"image_url": "https://a.example"}).status_code == 400


def test_account_describes_a_key_without_limits(client: FlaskClient) -> None:
    attributes = client.get("/v1.0/account").get_json()["data"]["attributes"]

    assert attributes["credits"]["total"] > 0
    assert set(attributes["credits"]) == {"total", "subscription", "payg", "enterprise"}
    assert attributes["api"]["sizes"] == "all"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("GET", REMOVE_BG, 405), ("POST", "/v1.0/account", 405), ("GET", WITHOUT_BG, 405)),
        *(("PUT", REMOVE_BG, 405), ("POST", "/v1.0/improve", 404), ("GET", "/", 404)),
    ],
)
def test_other_addresses_and_methods(client: FlaskClient, method: str, path: str, status: int) -> None:
    assert client.open(path, method=method).status_code == status


def test_a_fetch_that_failed_says_why(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(url: str) -> bytes:
        raise FetchFailed("The address answered with status 404.")

    monkeypatch.setattr(bootstrap.parts().addresses(), "fetch", fail)
    (error,) = client.post(REMOVE_BG, json={"image_url": "https://a.example"}).get_json()["errors"]

    assert error["detail"] == "The address answered with status 404."
