"""The cut-out in ObjectCut's answer: usable and unusable answers."""

import base64
import logging
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from common.domain.errors import RemoverFailed
from tests import objectcut_behaviours as does
from tests.objectcut import ObjectCut
from tests.rapidapi import SIZE, cut_out, error_of, picture, remover

pytestmark = pytest.mark.usefixtures("no_proxy", "unlogged_key")


@pytest.mark.parametrize("error", [False, "false", "False"])
def test_every_spelling_of_success_is_understood(provider: ObjectCut, error: bool | str) -> None:
    provider.always(does.succeeds(error))

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


# Answers that are not usable


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
    """Return a PNG of which only the header is valid."""

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
