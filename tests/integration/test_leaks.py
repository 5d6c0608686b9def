"""The search of the hosts' logs finds what it is there for."""

from base64 import b64encode
from pathlib import Path

import pytest

from tests.integration.leaks import leaks
from tests.photos import photo

PICTURES = [photo(kind=kind) for kind in ("PNG", "JPEG", "WEBP")]


@pytest.mark.parametrize("leak", [b"a-secret", b"Authorization: x", *PICTURES, *map(b64encode, PICTURES)])
def test_what_nobody_may_read_is_found_with_its_line(tmp_path: Path, leak: bytes) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"before\nwith " + leak + b"\nafter\n")

    found = leaks(log, {"a-secret"})

    assert found
    assert "before" not in str(found)


def test_anything_else_is_not(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text('{"message": "GET /api/image/6740dc11a8b5b2c3d4e5f601/original 404", "name": "猫"}')

    assert leaks(log, {"a-secret", "original"[:3], ""}) == []


def test_a_run_of_one_character_tells_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("PUT /api/rename/" + "x" * 101)

    assert leaks(log, {"x" * 100}) == []
