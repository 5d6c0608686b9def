"""What cannot be published, and how that is told."""

from pathlib import Path

import pytest

from tests.unit.infra.bundles import refusal


def test_a_reference_to_nothing_names_both_files(tmp_path: Path) -> None:
    assert "main.js refers to parts/gone.js" in refusal(tmp_path, {"main.js": 'import "./parts/gone.js"'})
    assert "look.css refers to gone.css" in refusal(tmp_path, {"look.css": "@import 'gone.css'"})
    assert "index.html refers to gone.png" in refusal(tmp_path, {"index.html": '<img src="/gone.png">'})


def test_a_reference_to_what_is_not_published_is_one_to_nothing(tmp_path: Path) -> None:
    assert "main.js refers to notes.md" in refusal(
        tmp_path, {"main.js": 'import "./notes.md"', "notes.md": ""}
    )
    assert "main.js refers to lit" in refusal(tmp_path, {"main.js": 'import "lit"'})


def test_a_circle_is_named_and_nothing_around_it(tmp_path: Path) -> None:
    told = refusal(tmp_path, {"b.js": 'import "./parts/c.js"', "parts/c.js": 'import "./a.js"'})

    assert "b.js -> parts/c.js -> parts/a.js -> b.js" in told
    assert "main.js" not in told


def test_a_file_that_refers_to_itself_is_a_circle(tmp_path: Path) -> None:
    assert "look.css -> look.css" in refusal(tmp_path, {"look.css": "p { background: url(look.css) }"})


@pytest.mark.parametrize("code", ["import(name)", "import(`./${name}.js`)", "new URL(name, import.meta.url)"])
def test_a_computed_reference_is_refused(tmp_path: Path, code: str) -> None:
    assert refusal(tmp_path, {"main.js": code}).startswith("main.js has ")


def test_a_set_of_sources_is_refused(tmp_path: Path) -> None:
    assert "index.html has srcset" in refusal(tmp_path, {"index.html": '<img srcset="/look.css 2x">'})


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, {"b.js": b"\xff\xfe"}) == "b.js is not UTF-8 text."


def test_a_folder_without_a_home_page_is_no_site(tmp_path: Path) -> None:
    assert "it has no index.html" in refusal(tmp_path, {"index.html": None})


def test_a_site_without_that_setting_is_refused(tmp_path: Path) -> None:
    assert "config.js has no line" in refusal(
        tmp_path, {"config.js": "export default 1"}, "https://x.example"
    )
    assert "config.js has no line" in refusal(tmp_path, {"config.js": None}, "https://x.example")
