"""Published clients of remove.bg's API, and the requests of its command line, on this service."""

import base64
import io
import zipfile
from pathlib import Path

import pytest
import requests

from tests.integration.clients.conftest import Service
from tests.integration.clients.published import NodeClient, run_python
from tests.photos import decoded, photo

SIZE = (640, 480)
PREVIEW = (577, 433)  # at most 0.25 megapixels
PHOTO = photo(*SIZE, "JPEG")

REMOVEBG = """
import removebg.removebg as module
module.API_ENDPOINT = url + "/v1.0/removebg"
client = module.RemoveBg(key, log)
"""
REMOVE_BG_API = """
import remove_bg_api as module
module.API_URL = url + "/v1.0"
client = module.RemoveBg(key)
"""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(PHOTO)
    return path


def is_cut_out(content: bytes, size: tuple[int, int] = PREVIEW) -> bool:
    image = decoded(content)
    assert image.size == size
    return image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 255)


def run(script: str, service: Service, tmp_path: Path, key: str = "") -> str:
    """Run a client's script, and return its output."""
    values = {"url": service.url, "key": key or service.key, "folder": str(tmp_path)}
    ran = run_python(script, log=str(tmp_path / "errors.log"), **values)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_removebg_removes_from_a_file(service: Service, picture: Path, tmp_path: Path) -> None:
    run(REMOVEBG + "client.remove_background_from_img_file(folder + '/photo.jpg')", service, tmp_path)

    assert is_cut_out((tmp_path / "photo.jpg_no_bg.png").read_bytes())


def test_removebg_removes_from_base64(service: Service, tmp_path: Path) -> None:
    encoded = base64.b64encode(PHOTO).decode()
    call = f"client.remove_background_from_base64_img({encoded!r}, 'hd', folder + '/a.png', '#0f0')"
    run(REMOVEBG + call, service, tmp_path)

    assert decoded((tmp_path / "a.png").read_bytes()).size == SIZE


def test_removebg_raises_for_an_address_of_this_machine(service: Service, tmp_path: Path) -> None:
    call = """
try:
    client.remove_background_from_img_url(url + "/icon.svg")
except Exception as error:
    print(error.response.status_code, error.response.json()["errors"][0]["code"])
"""
    assert run(REMOVEBG + call, service, tmp_path) == "400 failed_image_download"


def test_remove_bg_api_asks_for_its_account_and_counts_its_balance(
    service: Service, picture: Path, tmp_path: Path
) -> None:
    calls = """
before = client.account.balance()
content = client.remove_bg_file(folder + "/photo.jpg")
assert client.remove_bg_bytes(open(folder + "/photo.jpg", "rb").read())[:4] == b"\\x89PNG"
client.remove_bg_file(folder + "/photo.jpg", out_path=folder + "/a.png", size="auto", raw=False)
options = {"size": "auto", "crop": True, "crop_margin": "10px", "format": "jpg", "bg_color": "fff"}
open(folder + "/b.jpg", "wb").write(client.remove_bg_file(folder + "/photo.jpg", data=options))
print(before == client.account.balance(), client.account.free_api_calls() > 0)
print(sorted(client.account.get_balance_dict()))
"""
    assert run(REMOVE_BG_API + calls, service, tmp_path).splitlines() == [
        "True True",
        "['enterprise', 'payg', 'subscription', 'total']",
    ]
    assert is_cut_out((tmp_path / "a.png").read_bytes(), SIZE)
    assert decoded((tmp_path / "b.jpg").read_bytes()).format == "JPEG"


def test_remove_bg_api_removes_from_base64(service: Service, tmp_path: Path) -> None:
    encoded = base64.b64encode(PHOTO).decode()
    call = f"open(folder + '/a.png', 'wb').write(client.remove_bg_base64({encoded!r}))"
    run(REMOVE_BG_API + call, service, tmp_path)

    assert is_cut_out((tmp_path / "a.png").read_bytes())


def test_remove_bg_api_raises_for_what_is_no_picture(service: Service, tmp_path: Path) -> None:
    call = """
try:
    client.remove_bg_bytes(b"no picture")
except module.Errors.ApiErrorCode400:
    print("400")
"""
    assert run(REMOVE_BG_API + call, service, tmp_path) == "400"


@pytest.mark.parametrize("running_service", ["required"], indirect=True)
def test_remove_bg_api_raises_for_a_key_that_is_unknown(service: Service, tmp_path: Path) -> None:
    script = REMOVE_BG_API.replace("client =", "\ntry:\n    client =")
    caught = script + "except module.Errors.ApiErrorCode403:\n    print('403')"

    assert run(caught, service, tmp_path, key="unknown") == "403"


@pytest.mark.parametrize("running_service", ["required"], indirect=True)
@pytest.mark.parametrize(("window", "status"), [("per_minute", 429), ("per_month", 402)])
def test_remove_bg_api_raises_for_a_key_that_is_used_up(
    service: Service, tmp_path: Path, window: str, status: int
) -> None:
    key = service.add_key(window, **{window: 0})
    call = f"""
try:
    client.remove_bg_bytes(b"no picture")
except module.Errors.ApiErrorCode{status}:
    print("{status}")
"""
    assert run(REMOVE_BG_API + call, service, tmp_path, key) == str(status)


def test_the_npm_client_removes_from_a_file(node: NodeClient, picture: Path) -> None:
    result = node.remove_from_file(picture)["result"]

    assert is_cut_out(base64.b64decode(result["base64img"]))
    assert (result["creditsCharged"], result["resultWidth"], result["resultHeight"]) == ("0", "577", "433")
    assert result["rateLimitReset"].isdecimal()


def test_the_npm_client_sends_the_chosen_options(node: NodeClient, picture: Path) -> None:
    options = {"size": "auto", "crop": True, "crop_margin": "10%", "scale": "80%", "bg_color": "81d4fa"}
    result = node.remove_from_file(picture, **options)["result"]

    colour = decoded(base64.b64decode(result["base64img"])).convert("RGB").getpixel((1, 1))
    assert isinstance(colour, tuple)
    assert all(abs(found - sent) <= 4 for found, sent in zip(colour, (0x81, 0xD4, 0xFA), strict=True))


def test_the_npm_client_removes_from_base64(node: NodeClient) -> None:
    result = node.remove_from_base64(PHOTO, size="regular")["result"]

    assert is_cut_out(base64.b64decode(result["base64img"]))


def test_the_npm_client_gets_errors_that_it_can_show(node: NodeClient) -> None:
    (error,) = node.remove_from_url("http://169.254.169.254/latest/meta-data/")["errors"]
    assert error["code"] == "failed_image_download"
    assert error["title"]

    (error,) = node.remove_from_base64(PHOTO, size="huge")["errors"]
    assert error["code"] == "invalid_size"


NOT_CHOSEN = dict.fromkeys(
    (
        *("type", "channels", "roi", "bg_color", "bg_image_url", "crop", "crop_margin", "scale", "position"),
        *("add_shadow", "shadow_type", "shadow_opacity", "semitransparency", "type_level"),
    ),
    "",
)


def send(service: Service, accept: str = "", **fields: str) -> requests.Response:
    """Send the official command line's request: every field, empty if not set."""
    headers = {
        "X-Api-Key": service.key,
        "User-Agent": "remove-bg-go-2.0.0",
        **({"Accept": accept} if accept else {}),
    }
    files = {"image_file": ("photo.jpg", PHOTO, "application/octet-stream")}
    sent = {**NOT_CHOSEN, "size": "auto", **fields}
    return requests.post(f"{service.url}/v1.0/removebg", files=files, data=sent, headers=headers, timeout=60)


@pytest.mark.parametrize("accept", ["", "*/*", "image/*", "application/json;q=0.5, */*"])
def test_the_command_line_makes_a_png_of_a_zip(service: Service, accept: str) -> None:
    response = send(service, accept, format="zip")

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert sorted(archive.namelist()) == ["alpha.png", "color.jpg"]
        colour, alpha = decoded(archive.read("color.jpg")), decoded(archive.read("alpha.png"))
    assert (colour.format, colour.mode, colour.size) == ("JPEG", "RGB", SIZE)
    assert (alpha.format, alpha.mode, alpha.size) == ("PNG", "L", SIZE)
    assert alpha.getextrema() == (0, 255)


def test_the_command_line_gets_a_jpeg_with_the_chosen_options(service: Service) -> None:
    response = send(service, format="jpg", bg_color="red", crop="true", crop_margin="5%", channels="rgba")

    assert response.headers["Content-Type"] == "image/jpeg"
    colour = decoded(response.content).getpixel((1, 1))
    assert isinstance(colour, tuple)
    assert colour[0] > 245
    assert max(colour[1:]) < 10


def test_the_command_line_shows_the_title_of_an_error(service: Service) -> None:
    response = send(service, format="gif")

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["code"] == "invalid_format"
    assert error["title"]
