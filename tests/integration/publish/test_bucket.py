"""`python -m infra.site` against a real storage emulator: the objects of the bucket."""

import gzip
import re
import shutil

import pytest
from google.cloud import storage

from infra import ROOT
from tests.integration.publish.sites import SITE, VERSION, Capture, Site

FOREVER = "public, max-age=31536000, immutable"


def test_the_first_run_publishes_the_whole_site(site: Site, capsys: Capture) -> None:
    assert site.publish() == 0

    output, errors = capsys.readouterr()
    assert re.fullmatch(r"Published: uploaded 11, unchanged 0, deleted 0, \d+ bytes sent\.\n", output)
    assert errors == ""
    plain = {VERSION.sub("", address) for address in site.loaded()}
    assert plain == {f"/{name}" for name in SITE if name not in ("404.html", "robots.txt")}
    assert len(site.loaded("404.html")) == 3


@pytest.mark.parametrize(
    ("plain", "content_type", "cache_control"),
    [
        ("main.js", "text/javascript; charset=utf-8", FOREVER),
        ("parts/a.js", "text/javascript; charset=utf-8", FOREVER),
        ("styles/page.css", "text/css; charset=utf-8", FOREVER),
        ("parts/drawing.png", "image/png", FOREVER),
    ],
)
def test_files_of_the_version_are_cached_for_ever(
    site: Site, plain: str, content_type: str, cache_control: str
) -> None:
    site.publish()

    response = site.get(site.name(plain))
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Cache-Control"] == cache_control
    assert response.content.decode() == SITE[plain]


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("404.html", "text/html; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("favicon.svg", "image/svg+xml"),
    ],
)
def test_files_that_keep_their_names_are_revalidated(site: Site, name: str, content_type: str) -> None:
    site.publish()

    response = site.get(name)
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Cache-Control"] == "no-cache"


def test_a_compressed_file_is_read_with_and_without_gzip(site: Site) -> None:
    site.publish()

    packed, plain = site.get("index.html"), site.gcs.get(site.bucket, "index.html", encoding="identity")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(gzip.compress(plain.content, mtime=0))
    assert "Content-Encoding" not in plain.headers
    assert packed.text == plain.text
    assert "Content-Encoding" not in site.get(site.name("parts/drawing.png")).headers


def test_objects_of_others_are_left_alone_and_counted(site: Site, capsys: Capture) -> None:
    storage.Client(project=None).bucket(site.bucket).blob("users/1/photo.png").upload_from_string(b"mine")

    assert site.publish() == 0
    assert "left alone, since something else put it there: 1." in capsys.readouterr().out
    assert site.get("users/1/photo.png").content == b"mine"


def test_the_endpoints_can_be_elsewhere(site: Site, capsys: Capture) -> None:
    assert site.publish("--api-base", "https://api.example/api/") == 0

    assert site.get(site.name("config.js")).text == 'export const API_BASE = "https://api.example/api";\n'
    assert '<form action="https://api.example/api/upload">' in site.get("index.html").text
    assert "ALLOWED_ORIGINS" in capsys.readouterr().out


def test_the_real_site_is_published_whole(site: Site) -> None:
    shutil.rmtree(site.folder)
    shutil.copytree(ROOT / "web", site.folder)

    assert site.publish() == 0
    pages, missing = site.loaded(), site.loaded("404.html")
    published = set(site.objects())
    assert {address[1:] for address in [*pages, *missing]} <= published
    assert {name for name in published if not VERSION.search(name) and not name.endswith(".html")} == {
        *("favicon.svg", "robots.txt", "openapi.yaml", "site.webmanifest", "service-worker.js"),
        *(path.name for path in (ROOT / "web").glob("icon-*.png")),
    }
    assert not {name for name in published if name.endswith((".md", ".json"))}
    assert site.publish("--api-base", "https://api.example/api") == 0
    assert "https://api.example/api" in site.get(f"{site.version()}config.js").text
