"""What refers to a published file refers to it by its published name."""

from pathlib import Path

import pytest

from tests.unit.infra.bundles import bundled, linked, published, text


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        ('import "./b.js"', 'import "./b.js"'),
        ("import './b.js'", "import './b.js'"),
        ('import "/b.js"', 'import "./b.js"'),
        ('import"./b.js"', 'import"./b.js"'),
        ('import x from "./b.js"', 'import x from "./b.js"'),
        ('import {\n  a,\n  b,\n} from "./b.js"', 'import {\n  a,\n  b,\n} from "./b.js"'),
        ('import * as x from "./parts/../b.js"', 'import * as x from "./b.js"'),
        ('export { b }from"./b.js"', 'export { b }from"./b.js"'),
        ('export * from "./b.js"', 'export * from "./b.js"'),
        ('const { b } = await import("./b.js")', 'const { b } = await import("./b.js")'),
        ('import(\n  "./b.js"\n)', 'import(\n  "./b.js"\n)'),
        ('new URL("./b.js", import.meta.url)', 'new URL("./b.js", import.meta.url)'),
        ('new URL("b.js", import.meta.url)', 'new URL("./b.js", import.meta.url)'),
        ('import "./b.js?v=1#top"', 'import "./b.js?v=1#top"'),
        ('/["\']/.test(x); import("./b.js")', '/["\']/.test(x); import("./b.js")'),
        ('return /[/"]/; import("./b.js")', 'return /[/"]/; import("./b.js")'),
        ('const half = (a + b) / 2; import("./b.js") / 2', 'const half = (a + b) / 2; import("./b.js") / 2'),
        ('fetch("https://x.example"); import("./b.js")', 'fetch("https://x.example"); import("./b.js")'),
        (
            'say(`it\'s ${a ? "1" : `2`}`); import("./b.js")',
            'say(`it\'s ${a ? "1" : `2`}`); import("./b.js")',
        ),
    ],
)
def test_a_module_refers_to_the_published_names(tmp_path: Path, code: str, becomes: str) -> None:
    files = bundled(tmp_path, {"main.js": code})

    assert text(files, "main.js") != code
    assert linked(files, "main.js") == becomes
    assert f"./{published(files, 'b.js')}" in text(files, "main.js")


@pytest.mark.parametrize(
    "code",
    [
        '/** @typedef {import("./gone.js").T} T */',
        '// import "./gone.js"',
        "say(\"import './gone.js'\")",
        "say('import(\"./gone.js\")')",
        'say(`import "./gone.js"`)',
        'new URL("./gone.js", location.href)',
        'Array.from("./gone.js")',
        'const move = { from: "./gone.js" }',
        'parcel.import("./gone.js")',
        'import "https://elsewhere.example/x.js"',
        "/import '.gone.js'/.test(code)",
        "const address = `${import.meta.url}`",
    ],
)
def test_what_only_looks_like_a_reference_is_left_alone(tmp_path: Path, code: str) -> None:
    assert text(bundled(tmp_path, {"main.js": code}), "main.js") == code


@pytest.mark.parametrize(
    ("style", "becomes"),
    [
        ('@import "./more.css";', '@import "./more.css";'),
        ("@import url(/more.css);", "@import url(./more.css);"),
        ("@import url('more.css') screen;", "@import url('./more.css') screen;"),
        ("p { background: url( more.css ) }", "p { background: url( ./more.css ) }"),
        ('p { mask: url("./more.css#part") }', 'p { mask: url("./more.css#part") }'),
    ],
)
def test_a_style_refers_to_the_published_names(tmp_path: Path, style: str, becomes: str) -> None:
    files = bundled(tmp_path, {"look.css": style, "more.css": "b {}"})

    assert linked(files, "look.css") == becomes
    assert f"./{published(files, 'more.css')}" in text(files, "look.css")


@pytest.mark.parametrize(
    "style",
    [
        "/* url(gone.png) */",
        'p { background: url("data:image/svg+xml,%3Csvg/%3E") }',
        "p { mask: url(#part) }",
        "p { background: url(https://elsewhere.example/x.png) }",
    ],
)
def test_what_a_style_takes_from_elsewhere_is_left_alone(tmp_path: Path, style: str) -> None:
    assert text(bundled(tmp_path, {"look.css": style}), "look.css") == style


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
def test_what_a_page_only_links_to_is_left_alone(tmp_path: Path, markup: str) -> None:
    assert text(bundled(tmp_path, {"index.html": markup}), "index.html") == markup


def test_the_page_for_unknown_addresses_refers_to_files_from_the_root(tmp_path: Path) -> None:
    files = bundled(tmp_path, {})

    assert text(files, "404.html") == f'<link rel="stylesheet" href="/{published(files, "look.css")}">'


def test_files_in_folders_refer_to_each_other_by_relative_addresses(tmp_path: Path) -> None:
    files = bundled(tmp_path, {"parts/a.js": 'import "/b.js"; import "/parts/c.js"', "parts/c.js": "1"})

    assert linked(files, "parts/a.js") == 'import "../b.js"; import "./c.js"'


def test_a_manifest_refers_to_the_published_icons(tmp_path: Path) -> None:
    files = bundled(tmp_path, {"app.webmanifest": '{"icons": [{"src": "/i.png"}]}', "i.png": b"1"})

    assert published(files, "i.png") in text(files, "app.webmanifest")


def test_references_to_pages_keep_their_names_also_in_a_circle(tmp_path: Path) -> None:
    files = bundled(tmp_path, {"main.js": 'new URL("/index.html", import.meta.url)'})

    assert text(files, "main.js") == 'new URL("./index.html", import.meta.url)'
