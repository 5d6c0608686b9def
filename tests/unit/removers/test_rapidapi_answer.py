"""ObjectCut's answers to the adapter: their transfer, their size, and refusals."""

import gzip
import json
import logging

import pytest

from common.domain.errors import RemoverFailed
from tests import objectcut_behaviours as does
from tests.objectcut import ObjectCut
from tests.rapidapi import SIZE, cut_out, error_of, picture, remover

pytestmark = pytest.mark.usefixtures("no_proxy", "unlogged_key")


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


def test_more_than_64_mebibytes_are_not_read(provider: ObjectCut, caplog: pytest.LogCaptureFixture) -> None:
    provider.always(does.oversized(64, does.encoded(cut_out())))

    assert isinstance(error_of(remover(provider)), RemoverFailed)
    assert len(provider.calls) == 1
    assert "more than 67108864 bytes" in caplog.text


def test_less_than_64_mebibytes_are_read(provider: ObjectCut) -> None:
    provider.always(does.oversized(63, does.encoded(cut_out())))

    assert remover(provider).matte(picture()).tobytes() == does.ellipse(SIZE).tobytes()


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
