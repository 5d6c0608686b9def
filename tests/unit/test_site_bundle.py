"""The site as it is published: names, references, headers, and what cannot be published."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import app
from infra.site.bundle import CONTENT_TYPES, SiteFile, bundle
from infra.site.errors import SiteError

FOREVER = "public, max-age=31536000, immutable"
PAGE = '<link rel="stylesheet" href="/look.css"><script type="module" src="/main.js"></script>'
SITE = {
    "index.html": PAGE,
    "404.html": '<link rel="stylesheet" href="/look.css">',
    "look.css": "p { color: red }",
    "main.js": 'import { a } from "./parts/a.js";\na();',
    "parts/a.js": 'import "../b.js";\nexport const a = () => 1;',
    "b.js": "export const b = 2;",
    "lone.js": "export const c = 3;",
}
FINGERPRINT = re.compile(r"\.[0-9a-f]{8}(?=\.)")


def bundled(
    folder: Path, files: Mapping[str, str | bytes | None], api_base: str | None = None
) -> dict[str, SiteFile]:
    """Return the bundle of a site that differs from SITE in these files; None leaves one out."""
    for name, content in {**SITE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return bundle(folder, api_base=api_base)


def refusal(folder: Path, files: Mapping[str, str | bytes | None], api_base: str | None = None) -> str:
    with pytest.raises(SiteError) as raised:
        bundled(folder, files, api_base)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def published(files: dict[str, SiteFile], name: str) -> str:
    """Return the name a file is published under."""
    return next(known for known in files if FINGERPRINT.sub("", known) == name)


def text(files: dict[str, SiteFile], name: str) -> str:
    """Return a file's text as a browser gets it, by its name before publishing."""
    file = files[published(files, name)]
    return (gzip.decompress(file.content) if file.content_encoding else file.content).decode()


def linked(files: dict[str, SiteFile], name: str) -> str:
    """Return a file's text with the fingerprints taken out of it."""
    return FINGERPRINT.sub("", text(files, name))


# Names and headers


def test_what_is_referred_to_is_named_after_its_content_and_kept_for_ever(tmp_path: Path) -> None:
    files = bundled(tmp_path, {})

    for name in ("look.css", "main.js", "parts/a.js", "b.js"):
        assert FINGERPRINT.search(published(files, name))
        assert files[published(files, name)].cache_control == FOREVER


def test_pages_and_what_nothing_refers_to_keep_their_names_and_are_asked_for_again(tmp_path: Path) -> None:
    files = bundled(tmp_path, {"robots.txt": "User-agent: *"})

    for name in ("index.html", "404.html", "lone.js", "robots.txt"):
        assert files[name].cache_control == "no-cache"


def test_what_browsers_ask_for_by_name_is_there_under_that_name_as_well(tmp_path: Path) -> None:
    files = bundled(
        tmp_path, {"favicon.svg": "<svg/>", "index.html": '<link rel="icon" href="/favicon.svg">'}
    )

    assert files["favicon.svg"].cache_control == "no-cache"
    assert sorted(name for name in files if name.startswith("favicon")) != ["favicon.svg"]


def test_pages_come_last_and_the_home_page_after_all_others(tmp_path: Path) -> None:
    names = list(bundled(tmp_path, {"zebra.html": "", "zoo.js": ""}))

    assert names[-3:] == ["404.html", "zebra.html", "index.html"]


def test_the_same_site_becomes_the_same_bundle(tmp_path: Path) -> None:
    assert bundled(tmp_path / "a", {}) == bundled(tmp_path / "b", {})


def test_a_change_renames_a_file_and_what_leads_to_it_and_nothing_else(tmp_path: Path) -> None:
    before = bundled(tmp_path, {})
    after = bundled(tmp_path, {"b.js": "export const b = 4;"})

    changed = {FINGERPRINT.sub("", name) for name, file in after.items() if before.get(name) != file}
    assert changed == {"b.js", "parts/a.js", "main.js", "index.html"}


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
        ("app.webmanifest", "application/manifest+json"),
    ],
)
def test_each_kind_has_its_content_type(tmp_path: Path, name: str, content_type: str) -> None:
    files = bundled(tmp_path, {name: SITE.get(name, "")})

    assert files[published(files, name)].content_type == content_type


def test_every_kind_that_the_application_host_serves_is_published() -> None:
    assert set(app._SITE_FILES) == set(CONTENT_TYPES)


def test_what_is_no_part_of_the_site_stays_behind(tmp_path: Path) -> None:
    others = {"README.md": "#", "jsconfig.json": "{}", ".hidden.js": "", ".git/x.txt": "", "main.js~": "old"}

    assert set(bundled(tmp_path / "with", others)) == set(bundled(tmp_path / "without", {}))


# Encoding


def test_what_gets_clearly_smaller_is_sent_compressed(tmp_path: Path) -> None:
    files = bundled(tmp_path, {"look.css": "p { color: red }\n" * 50})

    file = files[published(files, "look.css")]
    assert file.content_encoding == "gzip"
    assert file.content[4:8] == bytes(4)  # no time in it
    assert gzip.decompress(file.content).decode() == "p { color: red }\n" * 50


def test_what_does_not_is_sent_as_it_is(tmp_path: Path) -> None:
    noise = b"".join(bytes([number * 97 % 251]) for number in range(200))
    files = bundled(tmp_path, {"photo.png": noise})

    assert files["photo.png"].content_encoding is None
    assert files["photo.png"].content == noise
    assert files[published(files, "b.js")].content_encoding is None


# References


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


# What cannot be published


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


# Another origin for the endpoints

CONFIG = '// what differs\nexport const API_BASE = "/api";\nexport const OTHER = "/api";\n'
ELSEWHERE = {
    "config.js": CONFIG,
    "main.js": 'import "./config.js"',
    "index.html": PAGE + "<form action='/api/upload'>",
}


def test_modules_and_the_form_ask_the_given_address(tmp_path: Path) -> None:
    files = bundled(tmp_path, {**ELSEWHERE}, "https://x.example/a?b&c")

    assert text(files, "config.js") == CONFIG.replace('"/api"', '"https://x.example/a?b&c"', 1)
    assert "<form action='https://x.example/a?b&amp;c/upload'>" in text(files, "index.html")


def test_another_address_is_another_fingerprint(tmp_path: Path) -> None:
    here, there = bundled(tmp_path, {**ELSEWHERE}), bundled(tmp_path, {**ELSEWHERE}, "https://x.example/api")

    assert published(here, "config.js") != published(there, "config.js")
    assert published(here, "main.js") != published(there, "main.js")


def test_a_site_without_that_setting_is_refused(tmp_path: Path) -> None:
    assert "config.js has no line" in refusal(
        tmp_path, {"config.js": "export default 1"}, "https://x.example"
    )
    assert "config.js has no line" in refusal(tmp_path, {"config.js": None}, "https://x.example")
