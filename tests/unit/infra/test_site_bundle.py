"""The published site: names, headers, encoding, and the address of the endpoints."""

import gzip
from pathlib import Path

import pytest
import yaml

import app
from infra.site.bundle import CONTENT_TYPES
from tests.unit.infra.bundles import PAGE, SITE, bundled, published, text, versions

FOREVER = "public, max-age=31536000, immutable"


# Names and headers


def test_modules_and_styles_are_in_one_folder_and_cached_for_ever(tmp_path: Path) -> None:
    files = bundled(tmp_path, {"parts/photo.png": b"1"})

    [version] = versions(files)
    for name in ("look.css", "main.js", "parts/a.js", "b.js", "lone.js", "parts/photo.png"):
        assert published(files, name) == version + name
        assert files[version + name].cache_control == FOREVER


def test_files_that_others_know_by_name_keep_it_and_are_revalidated(tmp_path: Path) -> None:
    known = (
        "robots.txt",
        "favicon.svg",
        "icon-192.png",
        "app.webmanifest",
        "openapi.yaml",
        "service-worker.js",
    )
    files = bundled(tmp_path, dict.fromkeys((*known, "help/index.html"), "1"))

    for name in (*known, "index.html", "404.html", "help/index.html"):
        assert files[name].cache_control == "no-cache"


def test_pages_come_last_and_the_home_page_after_all_others(tmp_path: Path) -> None:
    names = list(bundled(tmp_path, {"zebra.html": "", "zoo.js": "", "zoo.txt": ""}))

    assert names[-4:] == ["zoo.txt", "404.html", "zebra.html", "index.html"]


def test_the_same_site_becomes_the_same_bundle(tmp_path: Path) -> None:
    assert bundled(tmp_path / "a", {}) == bundled(tmp_path / "b", {})


@pytest.mark.parametrize(
    "change", [{"b.js": "export const b = 4;"}, {"b.js": None, "c.js": SITE["b.js"]}, {"look.css": None}]
)
def test_any_change_of_a_module_or_style_makes_another_version(
    tmp_path: Path, change: dict[str, str | None]
) -> None:
    pages = {"404.html": "", "index.html": "x"}

    assert versions(bundled(tmp_path, pages)).isdisjoint(versions(bundled(tmp_path, {**pages, **change})))


def test_a_change_of_a_page_changes_nothing_else(tmp_path: Path) -> None:
    before = bundled(tmp_path, {})
    after = bundled(tmp_path, {"index.html": PAGE + "<p>More.</p>"})

    assert {name for name, file in after.items() if before.get(name) != file} == {"index.html"}


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("look.css", "text/css; charset=utf-8"),
        ("main.js", "text/javascript; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("drawing.svg", "image/svg+xml"),
        ("photo.png", "image/png"),
        ("favicon.ico", "image/x-icon"),
        ("openapi.yaml", "application/yaml"),
        ("app.webmanifest", "application/manifest+json"),
    ],
)
def test_each_kind_has_its_content_type(tmp_path: Path, name: str, content_type: str) -> None:
    files = bundled(tmp_path, {name: SITE.get(name, "")})

    assert files[published(files, name)].content_type == content_type


def test_every_kind_that_the_application_host_serves_is_published() -> None:
    assert set(app._SITE_FILES) == set(CONTENT_TYPES)


def test_other_files_of_the_folder_are_not_published(tmp_path: Path) -> None:
    others = {"README.md": "#", "jsconfig.json": "{}", ".hidden.js": "", ".git/x.txt": "", "main.js~": "old"}

    assert set(bundled(tmp_path / "with", others)) == set(bundled(tmp_path / "without", {}))


# Encoding


def test_a_file_that_gets_clearly_smaller_is_compressed(tmp_path: Path) -> None:
    files = bundled(tmp_path, {"look.css": "p { color: red }\n" * 50})

    file = files[published(files, "look.css")]
    assert file.content_encoding == "gzip"
    assert file.content[4:8] == bytes(4)  # contains no time
    assert gzip.decompress(file.content).decode() == "p { color: red }\n" * 50


def test_other_files_are_sent_as_they_are(tmp_path: Path) -> None:
    noise = b"".join(bytes([number * 97 % 251]) for number in range(200))
    files = bundled(tmp_path, {"photo.png": noise})

    assert files["photo.png"].content_encoding is None
    assert files["photo.png"].content == noise
    assert files[published(files, "b.js")].content_encoding is None


# Another origin for the endpoints

CONFIG = '// what differs\nexport const API_BASE = "/api";\nexport const OTHER = "/api";\n'
ELSEWHERE = {
    "config.js": CONFIG,
    "main.js": 'import "./config.js"',
    "index.html": PAGE + "<form action='/api/upload'>",
}


def test_modules_and_the_form_use_the_given_address(tmp_path: Path) -> None:
    files = bundled(tmp_path, {**ELSEWHERE}, "https://x.example/a?b&c")

    assert text(files, "config.js") == CONFIG.replace('"/api"', '"https://x.example/a?b&c"', 1)
    assert "<form action='https://x.example/a?b&amp;c/upload'>" in text(files, "index.html")


@pytest.mark.parametrize("base", ["https://x.example/api", "https://region-project.example"])
def test_the_document_of_the_api_names_the_given_address(tmp_path: Path, base: str) -> None:
    source = (app.SITE / "openapi.yaml").read_text("utf-8")
    document = yaml.safe_load(
        text(bundled(tmp_path, {**ELSEWHERE, "openapi.yaml": source}, base), "openapi.yaml")
    )

    (server,) = document["servers"]
    assert server["url"] == base
    paths = [path.removeprefix("/api") for path in yaml.safe_load(source)["paths"]]
    assert list(document["paths"]) == paths


def test_another_address_is_another_version(tmp_path: Path) -> None:
    here, there = bundled(tmp_path, {**ELSEWHERE}), bundled(tmp_path, {**ELSEWHERE}, "https://x.example/api")

    assert versions(here).isdisjoint(versions(there))
