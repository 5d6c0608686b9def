"""References of pages name the published files; those of modules and styles stay valid."""

import posixpath
from pathlib import Path

import pytest

from tests.unit.infra.bundles import bundled, linked, published, text


@pytest.mark.parametrize(
    ("name", "content", "target"),
    [
        ("main.js", 'import "./b.js"', "b.js"),
        ("main.js", "const { a } = await import('./parts/a.js')", "parts/a.js"),
        ("main.js", "import(`./${name}.js`)", "b.js"),
        ("parts/a.js", 'import "../b.js"', "b.js"),
        ("parts/a.js", 'new URL("./photo.png", import.meta.url)', "parts/photo.png"),
        ("look.css", '@import "./parts/more.css";', "parts/more.css"),
        ("look.css", "p { background: url(parts/photo.png) }", "parts/photo.png"),
    ],
)
def test_modules_and_styles_are_published_unchanged_beside_the_files_they_name(
    tmp_path: Path, name: str, content: str, target: str
) -> None:
    files = bundled(tmp_path, {"parts/photo.png": b"1", "parts/more.css": "b {}", name: content})

    assert text(files, name) == content
    as_written = posixpath.relpath(target, posixpath.dirname(name) or ".")
    assert posixpath.normpath(posixpath.join(posixpath.dirname(published(files, name)), as_written)) in files


def test_bytes_that_are_no_text_are_published_unchanged(tmp_path: Path) -> None:
    files = bundled(tmp_path, {"b.js": b"\xff\xfe"})

    assert files[published(files, "b.js")].content == b"\xff\xfe"


@pytest.mark.parametrize(
    ("markup", "becomes"),
    [
        ('<link rel="stylesheet" href="/look.css">', '<link rel="stylesheet" href="./look.css">'),
        ("<link href=/b.js rel=modulepreload>", "<link href=./b.js rel=modulepreload>"),
        ('<link rel="shortcut icon" href="look.css"/>', '<link rel="shortcut icon" href="./look.css"/>'),
        ("<LINK REL='manifest' HREF='/look.css'>", "<LINK REL='manifest' HREF='./look.css'>"),
        ('<script defer src="./main.js">', '<script defer src="./main.js">'),
        ('<img\n alt="a > b"\n src="/look.css">', '<img\n alt="a > b"\n src="./look.css">'),
        ('<svg><use href="/look.css#x"/></svg>', '<svg><use href="./look.css#x"/></svg>'),
        ('<link rel="icon" href="/look.css?v=1#top">', '<link rel="icon" href="./look.css?v=1#top">'),
    ],
)
def test_a_page_refers_to_the_published_names(tmp_path: Path, markup: str, becomes: str) -> None:
    files = bundled(tmp_path, {"index.html": markup})

    assert text(files, "index.html") != markup
    assert linked(files, "index.html") == becomes


@pytest.mark.parametrize(
    "markup",
    [
        '<!-- <script src="/gone.js"></script> -->',
        '<a href="/gone">x</a><a href="/">x</a><form action="/api/upload"></form>',
        '<link rel="canonical" href="/gone"><link rel="preconnect" href="https://x.example">',
        '<img src="/api/image/1/original"><img data-src="/gone.png"><img src="">',
        '<img src="data:image/png;base64,AA=="><use href="#icon"/>',
        '<script src="//elsewhere.example/x.js"></script>',
    ],
)
def test_other_addresses_of_a_page_are_left_alone(tmp_path: Path, markup: str) -> None:
    assert text(bundled(tmp_path, {"index.html": markup}), "index.html") == markup


def test_the_page_for_unknown_addresses_refers_to_files_from_the_root(tmp_path: Path) -> None:
    files = bundled(tmp_path, {})

    assert text(files, "404.html") == f'<link rel="stylesheet" href="/{published(files, "look.css")}">'


def test_a_page_in_a_folder_refers_to_files_by_relative_addresses(tmp_path: Path) -> None:
    files = bundled(tmp_path, {"help/index.html": '<link rel="stylesheet" href="/look.css">'})

    assert linked(files, "help/index.html") == '<link rel="stylesheet" href="../look.css">'


def test_references_to_files_that_keep_their_names_keep_them(tmp_path: Path) -> None:
    page = '<link rel="icon" href="/favicon.svg"><link rel="manifest" href="/app.webmanifest">'
    files = bundled(tmp_path, {"favicon.svg": "<svg/>", "app.webmanifest": "{}", "index.html": page})

    assert text(files, "index.html") == page.replace('"/', '"./')
