"""Sites that cannot be published, and the error messages."""

from pathlib import Path

import pytest

from tests.unit.infra.bundles import refusal


@pytest.mark.parametrize("name", ["index.html", "404.html", "help/index.html"])
def test_a_reference_to_nothing_names_both_files(tmp_path: Path, name: str) -> None:
    told = refusal(tmp_path, {name: '<img src="/gone.png">'})

    assert told == f"{name} refers to gone.png (as '/gone.png'), which is not a file of the site."


def test_a_reference_to_an_unpublished_file_is_refused(tmp_path: Path) -> None:
    page = '<link rel="stylesheet" href="./notes.md">'

    assert "index.html refers to notes.md" in refusal(tmp_path, {"index.html": page, "notes.md": ""})


def test_srcset_is_refused(tmp_path: Path) -> None:
    assert "index.html has srcset" in refusal(tmp_path, {"index.html": '<img srcset="/look.css 2x">'})


@pytest.mark.parametrize(
    ("name", "api_base"),
    [("index.html", None), ("404.html", "https://x.example"), ("config.js", "https://x.example")],
)
def test_a_file_to_rewrite_that_is_no_text_is_named(tmp_path: Path, name: str, api_base: str | None) -> None:
    config = {"config.js": 'export const API_BASE = "/api";\n'}

    assert refusal(tmp_path, {**config, name: b"\xff\xfe"}, api_base) == f"{name} is not UTF-8 text."


def test_a_folder_without_a_home_page_is_refused(tmp_path: Path) -> None:
    assert "it has no index.html" in refusal(tmp_path, {"index.html": None})


def test_a_site_without_that_constant_is_refused(tmp_path: Path) -> None:
    assert "config.js has no line" in refusal(
        tmp_path, {"config.js": "export default 1"}, "https://x.example"
    )
    assert "config.js has no line" in refusal(tmp_path, {"config.js": None}, "https://x.example")
