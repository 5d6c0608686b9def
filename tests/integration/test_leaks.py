"""The search of the hosts' logs finds leaks."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
import requests

from tests.integration.client import Client
from tests.integration.hosts import TARGETS, Host, searched
from tests.integration.leaks import KEYS, leaks, secrets_of
from tests.photos import photo
from tests.ports import free_port

PICTURES = [photo(kind=kind) for kind in ("PNG", "JPEG", "WEBP")]
JPEG_IN_A_FORM = requests.Request("POST", "http://x", data={"a": b64encode(PICTURES[1])}).prepare().body
HEADERS = {"Authorization": "Bearer the-user.the-time.the-signature", "Idempotency-Key": "the-key-of-it"}
CALL = {"headers": HEADERS, "data": {"name": "the name of it"}, "json": {"record_name": "another name"}}


@pytest.mark.parametrize(
    "leak",
    [
        *(b"a-secret", b"Authorization: x", str(JPEG_IN_A_FORM).encode()),
        *PICTURES,
        *map(b64encode, PICTURES),
    ],
)
def test_secrets_are_found_with_their_line(tmp_path: Path, leak: bytes) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"before\nwith " + leak + b"\nafter\n")

    found = leaks(log, {"a-secret"})

    assert found
    assert "before" not in str(found)


def test_anything_else_is_not(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"message": "GET /api/image/6740dc11a8b5b2c3d4e5f601/original 404", "name": "猫"}')

    assert leaks(log, {"a-secret", "original"[:3], ""}) == []


def test_a_run_of_one_character_is_no_secret(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("PUT /api/rename/" + "x" * 101)

    assert leaks(log, {"x" * 100}) == []


@pytest.mark.parametrize("secret", ["the-signature", "the-key-of-it", "the name of it", "another name"])
def test_secrets_of_a_call_are_found(tmp_path: Path, secret: str) -> None:
    log = tmp_path / "log"
    log.write_text(f"before\n{secret}\nthe-user\n")

    assert leaks(log, secrets_of(CALL)) == [ascii(f"{secret}: {secret}")]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_the_beginning_of_a_picture_that_was_sent_is_found_however_it_is_written(
    tmp_path: Path, kind: str
) -> None:
    content, log = photo(kind=kind), tmp_path / "log"
    secrets = list(secrets_of({"files": {"image": ("a \\ file", content)}}))
    lines = ["a \\ file", str(content[:99]), json.dumps(str(content[:99])), b64encode(content[:99]).decode()]

    for line in lines:
        log.write_text(line)
        assert leaks(log, secrets), line


@pytest.mark.parametrize("leak", ["the key of the host", "the name of it", "the signature"])
def test_a_host_that_wrote_down_what_it_never_answered_fails_its_test(tmp_path: Path, leak: str) -> None:
    host = Host("none", dict.fromkeys(TARGETS, free_port()), tmp_path / "log", "database")
    token = {"Authorization": "Bearer the user.the signature"}

    def leaves_a_leak() -> None:
        with searched(host, dict.fromkeys(KEYS, "the key of the host")):
            with pytest.raises(requests.ConnectionError):
                Client(host).upload(name="the name of it", headers=token)
            host.log.write_text(f"before\n{leak}\n")

    with pytest.raises(AssertionError, match=f"1 lines of .* first '{leak}: {leak}'"):
        leaves_a_leak()
