"""The requests of the ObjectCut adapter: the address, the form, and the picture in both base64 alphabets."""

import base64
import re
from io import BytesIO
from typing import Any

import pytest
import requests
from PIL import Image, ImageChops, ImageStat

from common.domain.errors import RemoverFailed, RemoverTimeout
from tests import objectcut_behaviours as does
from tests.objectcut import KEY, Call, ObjectCut
from tests.rapidapi import SIZE, error_of, picture, rapid_api, remover

pytestmark = pytest.mark.usefixtures("no_proxy", "unlogged_key")


def sent(call: Call) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(call.form["image_base64"], validate=True)))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two images' values."""
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]


def test_the_request_is_what_the_provider_documents(provider: ObjectCut) -> None:
    remover(provider).matte(picture())

    [call] = provider.calls
    assert (call.method, call.path) == ("POST", "/remove")
    assert call.headers["X-RapidAPI-Key"] == KEY
    assert call.headers["X-RapidAPI-Host"] == provider.host.removeprefix("http://")
    assert call.headers["Content-Type"] == "application/x-www-form-urlencoded"
    image = call.form.pop("image_base64")
    assert call.form == {
        "output_format": "base64",
        "to_remove": "background",
        "color_removal": "transparent",
    }
    assert re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", image)
    assert len(image) % 4 == 0
    assert re.fullmatch(rb"[A-Za-z0-9%&=_.-]+", call.body), "+ and / are percent-encoded"


def test_the_picture_is_sent_upright_as_a_jpeg_of_quality_95(provider: ObjectCut) -> None:
    shown = picture()

    remover(provider).matte(shown)

    jpeg = sent(provider.calls[0])
    assert (jpeg.format, jpeg.mode, jpeg.size) == ("JPEG", "RGB", SIZE)
    assert not jpeg.getexif()
    assert difference(jpeg, shown) < 4
    reference = BytesIO()
    shown.save(reference, "JPEG", quality=95)
    assert base64.b64decode(provider.calls[0].form["image_base64"]) == reference.getvalue()


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3000, 1000), (2500, 833)),
        ((700, 2800), (625, 2500)),
        ((2500, 40), (2500, 40)),
        ((6000, 1), (2500, 1)),
    ],
)
def test_a_large_picture_is_sent_smaller_and_its_matte_is_full_size(
    provider: ObjectCut, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    shown = picture(size)

    matte = remover(provider).matte(shown)

    assert sent(provider.calls[0]).size == expected
    assert (matte.mode, matte.size, shown.size) == ("L", size, size)
    resized = does.ellipse(expected).resize(size, Image.Resampling.LANCZOS)
    assert difference(matte, resized) == 0
    assert difference(matte, does.ellipse(size)) < 2 or min(size) == 1


# The address


def test_a_bare_host_is_asked_over_https_through_the_proxy_of_the_environment(
    provider: ObjectCut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", provider.host)
    monkeypatch.delenv("https_proxy", raising=False)

    error = error_of(rapid_api(KEY, "background-removal.p.rapidapi.com", backoff=0))

    assert isinstance(error, RemoverFailed)
    asked_for = {(call.method, call.path) for call in provider.calls}
    assert asked_for == {("CONNECT", "background-removal.p.rapidapi.com:443")}
    assert all(KEY not in str(call.headers) for call in provider.calls), "the proxy is not told the key"


def test_a_bare_host_is_named_in_the_header_and_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[requests.PreparedRequest] = []

    def send(self: requests.Session, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        prepared.append(request)
        raise requests.ReadTimeout

    monkeypatch.setattr(requests.Session, "send", send)

    assert isinstance(error_of(rapid_api(KEY, "api.example.com")), RemoverTimeout)
    [request] = prepared
    assert request.url == "https://api.example.com/remove"
    assert request.headers["X-RapidAPI-Host"] == "api.example.com"


# The two alphabets of base64


def test_urlsafe_base64_is_tried_if_the_standard_alphabet_is_refused(provider: ObjectCut) -> None:
    provider.always(does.insists_on_urlsafe_base64)

    matte = remover(provider).matte(picture())

    assert matte.tobytes() == does.ellipse(SIZE).tobytes()
    standard, urlsafe = (call.form["image_base64"] for call in provider.calls)
    assert base64.b64decode(standard, validate=True) == base64.b64decode(urlsafe, b"-_", validate=True)
    assert standard != urlsafe
    assert len(urlsafe) % 4 == 0


def test_a_picture_that_neither_alphabet_conveys_is_a_failure(provider: ObjectCut) -> None:
    provider.always(does.fails("002"))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 2


def test_the_other_alphabet_does_not_count_as_a_retry(provider: ObjectCut) -> None:
    busy = does.refuses(503, "busy")
    provider.script(busy, does.fails("002"), busy)
    provider.always(does.insists_on_urlsafe_base64)

    assert remover(provider).matte(picture()).size == SIZE
    assert len(provider.calls) == 4


def test_the_other_alphabet_brings_no_further_retries(provider: ObjectCut) -> None:
    provider.script(does.refuses(503, "busy"), does.fails("002"))
    provider.always(does.refuses(503, "busy"))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 4
