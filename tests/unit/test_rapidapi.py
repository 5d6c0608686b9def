"""The ObjectCut adapter against a stand-in of the provider on this machine."""

import base64
import gzip
import inspect
import json
import logging
import re
import socket
import struct
import time
import traceback
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
import requests
from PIL import Image, ImageChops, ImageStat

from common.errors import RateLimited, RemoverError, RemoverFailed, RemoverTimeout
from common.removers.rapidapi import RapidApiRemover
from tests import objectcut_behaviours as does
from tests.objectcut import KEY, Call, ObjectCut

SIZE = (60, 40)


@pytest.fixture
def provider(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectCut]:
    """Run the stand-in; whatever a test does, its key must not have been logged by anyone."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    caplog.set_level(logging.DEBUG)
    with ObjectCut() as running:
        yield running
    assert KEY not in caplog.text


def remover(provider: ObjectCut, **knobs: float) -> RapidApiRemover:
    quick: dict[str, Any] = {
        "connect_timeout": 2,
        "read_timeout": 5,
        "total_timeout": 10,
        "backoff": 0.01,
        "rate_limit_wait": 0.05,
    }
    return RapidApiRemover(provider.key, provider.host, **(quick | knobs))


def picture(size: tuple[int, int] = SIZE) -> Image.Image:
    """Red on the left, blue on the right, so that a turned or mirrored one is told apart."""
    drawn = Image.new("RGB", size, "red")
    drawn.paste("blue", (size[0] // 2, 0, *size))
    return drawn


def cut_out(size: tuple[int, int] = SIZE, mode: str = "RGBA") -> Image.Image:
    result = picture(size).convert(mode)
    if mode in {"RGBA", "LA"}:
        result.putalpha(does.ellipse(size))
    return result


def sent(call: Call) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(call.form["image_base64"], validate=True)))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of two images' values."""
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]


def error_of(asked: RapidApiRemover, shown: Image.Image | None = None) -> RemoverError:
    """Return the error that the remover raises, having checked that no part of it tells the key."""
    with pytest.raises(RemoverError) as raised:
        asked.matte(shown or picture())
    assert KEY not in "".join(traceback.format_exception(raised.value))
    assert KEY not in repr(raised.value)
    return raised.value


def pauses(provider: ObjectCut) -> list[float]:
    times = [call.at for call in provider.calls]
    return [later - earlier for earlier, later in pairwise(times)]


# What is sent and what comes back


def test_the_matte_has_the_pictures_size_and_shows_the_subject(provider: ObjectCut) -> None:
    matte = remover(provider).matte(picture())

    assert (matte.mode, matte.size) == ("L", SIZE)
    assert matte.tobytes() == does.ellipse(SIZE).tobytes()
    assert len(provider.calls) == 1


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


def test_a_bare_host_is_asked_over_https_through_the_proxy_of_the_environment(
    provider: ObjectCut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", provider.host)
    monkeypatch.delenv("https_proxy", raising=False)

    error = error_of(RapidApiRemover(KEY, "background-removal.p.rapidapi.com", backoff=0))

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

    assert isinstance(error_of(RapidApiRemover(KEY, "api.example.com")), RemoverTimeout)
    [request] = prepared
    assert request.url == "https://api.example.com/remove"
    assert request.headers["X-RapidAPI-Host"] == "api.example.com"


def test_the_default_times_are_the_providers() -> None:
    parameters = inspect.signature(RapidApiRemover).parameters

    defaults = {name: each.default for name, each in parameters.items() if name.endswith(("timeout", "wait"))}
    assert defaults == {
        "connect_timeout": 5,
        "read_timeout": 60,
        "total_timeout": 90,
        "rate_limit_wait": 1.1,
    }


@pytest.mark.parametrize("error", [False, "false", "False"])
def test_every_spelling_of_success_is_understood(provider: ObjectCut, error: bool | str) -> None:
    provider.always(does.succeeds(error))

    assert remover(provider).matte(picture()).tobytes() == does.ellipse(SIZE).tobytes()


def test_a_compressed_answer_is_understood(provider: ObjectCut) -> None:
    body = gzip.compress(json.dumps(does.success(does.encoded(cut_out()))).encode())
    provider.always(does.returns(body, 200, "application/json", Content_Encoding="gzip"))

    assert remover(provider).matte(picture()).tobytes() == does.ellipse(SIZE).tobytes()


def test_a_chunked_answer_is_understood(provider: ObjectCut) -> None:
    body = json.dumps(does.success(does.encoded(cut_out()))).encode()

    def chunked(exchange: does.Exchange) -> None:
        exchange.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in (body[:100], body[100:], b""):
            exchange.write(b"%x\r\n%b\r\n" % (len(part), part))

    provider.always(chunked)

    assert remover(provider).matte(picture()).tobytes() == does.ellipse(SIZE).tobytes()


def test_an_answer_in_urlsafe_base64_is_understood(provider: ObjectCut) -> None:
    noise = Image.effect_noise(SIZE, 90).convert("RGB")
    noise.putalpha(does.ellipse(SIZE))
    answer = does.success(b"")
    answer["response"]["image_base64"] = base64.urlsafe_b64encode(does.encoded(noise)).decode()
    assert "-" in str(answer["response"])
    provider.always(does.returns_json(answer))

    assert remover(provider).matte(picture()).tobytes() == does.ellipse(SIZE).tobytes()


def test_a_palette_png_with_transparency_is_a_cut_out_too(provider: ObjectCut) -> None:
    result = Image.new("P", SIZE)
    result.putpalette([0, 0, 0, 255, 0, 0])
    result.paste(1, (30, 0, 60, 40))
    content = BytesIO()
    result.save(content, "PNG", transparency=0)
    provider.always(does.returns_image(content.getvalue()))

    matte = remover(provider).matte(picture())

    assert (matte.getpixel((0, 0)), matte.getpixel((59, 0))) == (0, 255)


def test_the_requests_that_are_left_are_logged(provider: ObjectCut, caplog: pytest.LogCaptureFixture) -> None:
    provider.always(does.succeeds(X_RateLimit_Requests_Remaining="41"))

    remover(provider).matte(picture())

    [record] = [each for each in caplog.records if "requests left: 41" in each.getMessage()]
    assert record.levelno == logging.INFO


# Failures of the provider itself


@pytest.mark.parametrize("flag", [True, "true", "True"])
@pytest.mark.parametrize("error_id", ["001", "003"])
def test_a_failure_is_final_and_logged_with_its_ids(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture, flag: bool | str, error_id: str
) -> None:
    provider.always(does.fails(error_id, error=flag))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1
    [record] = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert f"correlation-{error_id}" in record.getMessage()
    assert f"error_id='{error_id}'" in record.getMessage()


def test_urlsafe_base64_is_tried_where_the_standard_alphabet_is_not_understood(provider: ObjectCut) -> None:
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


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"message": "hello"}',
        b'{"error": null}',
        b'{"error": 0, "response": {"image_base64": ""}}',
        b'{"error": false}',
        b'{"error": false, "response": []}',
        b'{"error": false, "response": {"image_base64": 5}}',
        b'{"error": false, "response": {"image_base64": "A"}}',
        b'{"error": false, "response": {"image_base64": "\xc3\xa9"}}',
        b'{"error": false, "response": {"image_url": "https://example.com/a.png"}}',
    ],
)
def test_an_answer_of_another_shape_is_a_failure(provider: ObjectCut, body: bytes) -> None:
    provider.always(does.returns(body))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG whose header alone is true to form."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"not a picture at all", id="no picture"),
        pytest.param(does.encoded(picture(), "JPEG"), id="jpeg"),
        pytest.param(does.encoded(cut_out(), "WEBP"), id="webp with alpha"),
        pytest.param(does.encoded(cut_out(mode="RGB")), id="no alpha"),
        pytest.param(does.encoded(cut_out(mode="L")), id="grey"),
        pytest.param(does.encoded(cut_out((40, 60))), id="turned"),
        pytest.param(does.encoded(cut_out((61, 40))), id="one column more"),
        pytest.param(does.encoded(cut_out((1, 1))), id="one pixel"),
        pytest.param(does.encoded(cut_out())[:-60], id="cut short"),
        pytest.param(png_that_claims(*SIZE), id="too few pixels"),
        pytest.param(png_that_claims(10_000, 9_999), id="large"),
        pytest.param(png_that_claims(60_000, 60_000), id="bomb"),
    ],
)
def test_a_result_that_is_not_a_cut_out_of_the_sent_size_is_a_failure(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    answer = does.success(content)
    provider.always(does.returns_json(answer))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1
    [record] = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert answer["correlation_id"] in record.getMessage()
    assert not content or answer["response"]["image_base64"] not in caplog.text


# The gateway's refusals


@pytest.mark.parametrize(
    ("status", "message", "setting"),
    [
        (401, "Invalid API key.", "X_RAPID_API_KEY"),
        (403, "You are not subscribed to this API.", "X_RAPID_API_KEY"),
        (404, "API doesn't exists", "X_RAPID_API_HOST"),
    ],
)
def test_a_refusal_that_a_setting_causes_names_the_setting_at_error_level(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture, status: int, message: str, setting: str
) -> None:
    provider.always(does.refuses(status, message))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1
    [record] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert setting in record.getMessage()
    assert message in record.getMessage()


def test_a_gateway_that_repeats_the_key_does_not_get_it_into_the_log(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture
) -> None:
    provider.script(does.refuses(401, f"Invalid key {KEY}"), does.fails("001", f"No credit for {KEY}"))

    assert KEY not in error_of(remover(provider)).detail
    assert KEY not in error_of(remover(provider)).detail
    assert caplog.text.count("[key]") == 2


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\r\nX-More: 1", f"{KEY}€"])
def test_a_key_that_cannot_be_sent_is_a_failure_that_does_not_tell_it(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    error = error_of(RapidApiRemover(key, provider.host))

    assert isinstance(error, RemoverFailed)
    assert provider.calls == []
    assert "X_RAPID_API_KEY" in caplog.text


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X_RateLimit_Requests_Reset": "86400"}, 86_400),
        ({"X_RateLimit_Requests_Reset": "1"}, 1),
        ({}, 3600),
        ({"X_RateLimit_Requests_Reset": "0"}, 3600),
        ({"X_RateLimit_Requests_Reset": "-5"}, 3600),
        ({"X_RateLimit_Requests_Reset": "1.5"}, 3600),
        ({"X_RateLimit_Requests_Reset": "soon"}, 3600),
        ({"X_RateLimit_Requests_Reset": "1795276800"}, 3600),
        ({"X_RateLimit_Requests_Reset": "9" * 5000}, 3600),
    ],
)
def test_a_used_up_quota_is_told_at_once(provider: ObjectCut, headers: dict[str, str], expected: int) -> None:
    provider.always(does.monthly_quota_used_up(**headers))

    error = error_of(remover(provider))

    assert isinstance(error, RateLimited)
    assert error.retry_after == expected
    assert len(provider.calls) == 1


def test_a_limit_per_second_is_waited_for(provider: ObjectCut) -> None:
    provider.script(does.rate_limit_per_second, does.rate_limit_per_second)

    matte = remover(provider, rate_limit_wait=0.2).matte(picture())

    assert matte.tobytes() == does.ellipse(SIZE).tobytes()
    assert [0.2 <= pause < 0.5 for pause in pauses(provider)] == [True, True]


def test_a_limit_per_second_that_stays_is_told_after_two_retries(provider: ObjectCut) -> None:
    provider.always(does.rate_limit_per_second)

    error = error_of(remover(provider))

    assert isinstance(error, RateLimited)
    assert error.retry_after == 2
    assert len(provider.calls) == 3


FAILURES_THAT_PASS: dict[str, tuple[does.Behaviour, type[RemoverError]]] = {
    "500": (does.refuses(500, "boom"), RemoverFailed),
    "502": (does.refuses(502, "bad gateway"), RemoverFailed),
    "503": (does.refuses(503, "busy"), RemoverFailed),
    "504": (does.gateway_timeout, RemoverTimeout),
    "reset": (does.resets, RemoverFailed),
    "truncated": (does.truncates, RemoverFailed),
}


@pytest.mark.parametrize("failure", FAILURES_THAT_PASS)
def test_a_failure_that_passes_is_retried_twice(provider: ObjectCut, failure: str) -> None:
    behaviour, _ = FAILURES_THAT_PASS[failure]
    provider.script(behaviour, behaviour)

    assert remover(provider).matte(picture()).tobytes() == does.ellipse(SIZE).tobytes()
    assert len(provider.calls) == 3


@pytest.mark.parametrize("failure", FAILURES_THAT_PASS)
def test_a_failure_that_stays_is_told_after_two_retries(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture, failure: str
) -> None:
    behaviour, expected = FAILURES_THAT_PASS[failure]
    provider.always(behaviour)

    assert type(error_of(remover(provider))) is expected
    assert len(provider.calls) == 3
    assert len([each for each in caplog.records if each.levelno == logging.WARNING]) == 3


def test_the_words_of_a_502_are_logged(provider: ObjectCut, caplog: pytest.LogCaptureFixture) -> None:
    provider.always(does.refuses(502, "the upstream is down"))

    error_of(remover(provider))

    assert caplog.text.count("the upstream is down") == 3


def test_retries_back_off_with_jitter(provider: ObjectCut) -> None:
    provider.script(does.refuses(500, "boom"), does.resets)

    remover(provider, backoff=0.1).matte(picture())

    first, second = pauses(provider)
    assert 0.05 <= first < 0.25
    assert 0.1 <= second < 0.45


@pytest.mark.parametrize("status", [204, 301, 400, 413, 418])
def test_any_other_status_is_a_failure_without_retry(provider: ObjectCut, status: int) -> None:
    provider.always(does.refuses(status, "no"))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(provider: ObjectCut, status: int) -> None:
    provider.script(does.redirects(status, f"{provider.host}/remove"))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1


# Time, size and connections


def test_a_provider_that_nobody_runs_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert isinstance(error_of(RapidApiRemover(KEY, f"http://127.0.0.1:{port}", backoff=0)), RemoverFailed)


def test_a_provider_that_hangs_is_a_timeout_without_retry(provider: ObjectCut) -> None:
    provider.always(does.hangs)
    began = time.monotonic()

    assert isinstance(error_of(remover(provider, read_timeout=0.3)), RemoverTimeout)
    assert 0.3 <= time.monotonic() - began < 1
    assert len(provider.calls) == 1


def test_a_provider_that_stalls_in_its_answer_is_a_timeout_without_retry(provider: ObjectCut) -> None:
    provider.always(does.drips(60))
    began = time.monotonic()

    assert isinstance(error_of(remover(provider, read_timeout=0.3)), RemoverTimeout)
    assert 0.3 <= time.monotonic() - began < 1
    assert len(provider.calls) == 1


def test_a_slow_provider_is_waited_for(provider: ObjectCut) -> None:
    provider.always(does.slowly(0.4))

    assert remover(provider).matte(picture()).size == SIZE
    assert len(provider.calls) == 1


@pytest.mark.parametrize("headers_too", [False, True])
def test_a_dripping_answer_is_a_timeout_at_the_deadline(provider: ObjectCut, headers_too: bool) -> None:
    provider.always(does.drips(headers_too=headers_too))
    began = time.monotonic()

    assert isinstance(error_of(remover(provider, total_timeout=0.5)), RemoverTimeout)
    assert 0.5 <= time.monotonic() - began < 0.9
    assert len(provider.calls) == 1


def test_reading_stops_at_the_deadline_by_itself(provider: ObjectCut) -> None:
    dropped: list[float] = []

    def drips_and_watches(exchange: does.Exchange) -> None:
        exchange.begin(200, 1_000_000, "application/json", {})
        try:
            while not exchange.wait(0.02):
                exchange.write(b"-")
        except OSError:
            dropped.append(time.monotonic())

    provider.always(drips_and_watches)
    began = time.monotonic()

    error_of(remover(provider, total_timeout=0.3))

    while not dropped and time.monotonic() < began + 1.5:
        time.sleep(0.02)
    assert dropped, "the connection was kept open after the deadline"


def test_retries_end_at_the_deadline(provider: ObjectCut) -> None:
    provider.always(does.slowly(0.2, does.refuses(503, "busy")))
    began = time.monotonic()

    assert isinstance(error_of(remover(provider, total_timeout=0.5)), RemoverTimeout)
    assert time.monotonic() - began < 0.8


def test_a_wait_that_would_pass_the_deadline_is_not_begun(provider: ObjectCut) -> None:
    provider.always(does.rate_limit_per_second)
    began = time.monotonic()

    assert isinstance(error_of(remover(provider, total_timeout=1, rate_limit_wait=1.1)), RemoverTimeout)
    assert time.monotonic() - began < 0.5
    assert len(provider.calls) == 1


def test_more_than_64_mebibytes_are_not_read(provider: ObjectCut, caplog: pytest.LogCaptureFixture) -> None:
    provider.always(does.oversized(64, does.encoded(cut_out())))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1
    assert "more than 67108864 bytes" in caplog.text


def test_less_than_64_mebibytes_are_read(provider: ObjectCut) -> None:
    provider.always(does.oversized(63, does.encoded(cut_out())))

    assert remover(provider).matte(picture()).tobytes() == does.ellipse(SIZE).tobytes()


def test_cookies_are_not_kept(provider: ObjectCut) -> None:
    provider.always(does.succeeds(Set_Cookie="visitor=1; Path=/"))
    asked = remover(provider)

    asked.matte(picture())
    asked.matte(picture())

    assert [call.headers.get("Cookie") for call in provider.calls] == [None, None]


def test_a_connection_serves_several_calls(provider: ObjectCut) -> None:
    asked = remover(provider)
    provider.script(does.succeeds(), does.fails("001"), does.refuses(503, "busy"))

    asked.matte(picture())
    error_of(asked)
    asked.matte(picture())

    assert len(provider.calls) == 4
    assert len({call.client for call in provider.calls}) == 1


def test_threads_share_one_remover(provider: ObjectCut, caplog: pytest.LogCaptureFixture) -> None:
    provider.always(does.slowly(0.2))
    asked = remover(provider)
    sizes = [(20 + number, 60 - number) for number in range(16)]
    began = time.monotonic()

    with ThreadPoolExecutor(16) as threads:
        mattes = list(threads.map(lambda size: asked.matte(picture(size)), sizes))

    assert time.monotonic() - began < 1.5
    assert [each.tobytes() for each in mattes] == [does.ellipse(size).tobytes() for size in sizes]
    assert len(provider.calls) == 16
    assert "pool is full" not in caplog.text


def test_log_lines_belong_to_the_request_that_caused_them(
    provider: ObjectCut, caplog: pytest.LogCaptureFixture
) -> None:
    request_id: ContextVar[str] = ContextVar("request_id", default="")
    seen: list[str] = []

    def note(record: logging.LogRecord) -> bool:
        if record.name == "common.removers.rapidapi":
            seen.append(request_id.get())
        return True

    caplog.handler.addFilter(note)
    request_id.set("the request")
    remover(provider).matte(picture())
    caplog.handler.removeFilter(note)

    assert set(seen) == {"the request"}


# The stand-in refuses what the provider would


@pytest.mark.parametrize(
    ("form", "error_id"),
    [
        ({}, "003"),
        ({"image_base64": "", "output_format": "base64"}, "003"),
        ({"image_base64": "x", "image_url": "https://example.com/a.jpg"}, "003"),
        ({"image_base64": "x", "to_remove": "everything"}, "003"),
        ({"image_url": "https://example.com/a.jpg", "output_format": "base64"}, "002"),
        ({"image_base64": "not base64", "output_format": "base64"}, "002"),
        ({"image_base64": "bm8gcGljdHVyZQ==", "output_format": "base64"}, "002"),
    ],
)
def test_the_stand_in_answers_a_bad_form_with_the_providers_error_id(
    provider: ObjectCut, form: dict[str, str], error_id: str
) -> None:
    headers = {"X-RapidAPI-Key": KEY, "X-RapidAPI-Host": provider.host.removeprefix("http://")}

    answer = requests.post(f"{provider.host}/remove", data=form, headers=headers, timeout=2)

    assert answer.status_code == 200
    assert (answer.json()["error"], answer.json()["error_id"]) == (True, error_id)


@pytest.mark.parametrize(
    ("path", "key", "host", "status"),
    [("/remove", "wrong", "", 401), ("/remove", KEY, "other.example.com", 404), ("/cut", KEY, "", 404)],
)
def test_the_stand_ins_gateway_refuses_strangers(
    provider: ObjectCut, path: str, key: str, host: str, status: int
) -> None:
    headers = {"X-RapidAPI-Key": key, "X-RapidAPI-Host": host or provider.host.removeprefix("http://")}

    answer = requests.post(f"{provider.host}{path}", headers=headers, timeout=2)

    assert answer.status_code == status
    assert "message" in answer.json()


def test_a_wrong_key_is_a_failure(provider: ObjectCut, caplog: pytest.LogCaptureFixture) -> None:
    error = error_of(RapidApiRemover("another-key", provider.host))

    assert isinstance(error, RemoverFailed)
    assert "check X_RAPID_API_KEY" in caplog.text
    assert "another-key" not in caplog.text


def test_the_stand_in_forgets_when_it_is_reset(provider: ObjectCut) -> None:
    provider.always(does.refuses(500, "boom"))
    provider.script(does.fails("001"))
    error_of(remover(provider))

    provider.reset()

    assert provider.calls == []
    assert remover(provider).matte(picture()).size == SIZE
