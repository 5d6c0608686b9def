"""The hosts' logs: a line for each request, without a user's data."""

import json
from typing import Any

import pytest

from tests.integration.client import Client
from tests.integration.hosts import Host
from tests.integration.leaks import leaks
from tests.objectcut import ObjectCut
from tests.photos import photo

TRACE = "0af7651916cd43dd8448eb211c80319c"
NAME, FILE_NAME = "a name nobody may read", "a-file-name-nobody-may-read.jpg"

pytestmark = pytest.mark.parametrize("host", ["functions-inline", "app-inline"], indirect=True)


def lines_of(host: Host, path: str, mark: str) -> list[dict[str, Any]]:
    """Return the log lines of requests to a path with this mark."""
    parsed = [json.loads(line) for line in host.log.read_text().splitlines() if line.startswith("{")]
    return [
        line for line in parsed if line.get("httpRequest", {}).get("requestUrl") == path and mark in str(line)
    ]


def test_an_upload_is_one_line_with_the_time_of_each_step(client: Client, host: Host) -> None:
    headers = {"X-Cloud-Trace-Context": f"{TRACE}/1;o=1"}
    response = client.upload(photo(66, 44), headers=headers)
    record_id = response.json()["record"]["record_id"]
    (line,) = lines_of(host, "/api/upload", record_id)
    assert line["severity"] == "INFO"
    assert line["httpRequest"]["status"] == 201
    assert line["remover"] == "rapidapi"
    assert line["correlation_id"]
    assert set(line["steps"]) == {"wait", "decode", "remove", "encode", "keep"}
    assert line["logging.googleapis.com/trace"] == TRACE


def test_a_failure_of_the_provider_is_a_warning(client: Client, host: Host, provider: ObjectCut) -> None:
    provider.key = "another than the host has"
    try:
        response = client.upload(headers={"X-Cloud-Trace-Context": TRACE[::-1]})
    finally:
        provider.key = "a-key-that-only-the-stand-in-knows"
    assert response.status_code == 502
    (line,) = lines_of(host, "/api/upload", TRACE[::-1])
    assert (line["severity"], line["httpRequest"]["status"]) == ("WARNING", 502)


def test_no_data_of_a_user_is_logged(client: Client, host: Host, environ: dict[str, str]) -> None:
    token = client.token()
    content = photo(67, 45, "JPEG")
    key = "a-key-of-an-upload"
    sent = client.upload(
        content, FILE_NAME, NAME, headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    )
    record = sent.json()["record"]
    client.call("PUT", f"/api/rename/{record['record_id']}", json={"record_name": NAME + "!"})
    client.call("GET", record["original_url"] + "&download=1")
    client.upload(b"not a picture", FILE_NAME, NAME)
    assert record["record_id"] in host.log.read_text()
    assert host.secrets >= {
        *(environ[name] for name in ("APP_SECRET_KEY", "X_RAPID_API_KEY")),
        *(NAME, NAME + "!", FILE_NAME, key, token.rpartition(".")[2]),
    }
    assert leaks(host.log, host.secrets) == []  # and again when the host has ended, as for every host
