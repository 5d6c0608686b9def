"""The application host's additions to the endpoints: the site and the original application's paths."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import SITE, create_app, site_policy
from common import bootstrap
from tests.fakes import FakeRecords, FakeRemover, parts, settings
from tests.host import Client, form
from tests.service import PICTURE, UNKNOWN, problem

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
JSON = {"Accept": "application/json"}
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".yaml": "application/yaml",
}
ASSETS = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*") if path.suffix in TYPES)


@pytest.fixture
def client(environment: None) -> Iterator[FlaskClient]:
    """Return a browser that keeps its cookies."""
    bootstrap.provide(parts(FakeRecords(), FakeRemover(), settings()))
    app = create_app()
    app.test_client_class = Client
    yield app.test_client()
    bootstrap.provide(None)


def uploaded(client: FlaskClient, **options: Any) -> str:
    response = client.post("/", **form(PICTURE, name="cat"), **options)
    assert response.status_code == 201
    return str(response.get_json()["record"]["record_id"])


# The site


@pytest.mark.parametrize("path", ASSETS)
def test_every_file_of_the_site_has_its_media_type(client: FlaskClient, path: str) -> None:
    response = client.get(f"/{path}")

    assert (response.status_code, response.data) == (200, (SITE / path).read_bytes())
    assert response.mimetype == TYPES[path[path.rindex(".") :]]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if path.endswith((".html", ".svg")):  # documents that a browser can open
        policy = response.headers["Content-Security-Policy"]
        assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
        assert "unsafe" not in policy
        assert response.headers["Referrer-Policy"] == "same-origin"


def test_a_large_image_may_come_from_its_bucket(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGE_BUCKET", "some-bucket")
    bootstrap.provide(parts(FakeRecords(), FakeRemover(), settings()))

    page = create_app().test_client().get("/index.html", buffered=True)
    policy = page.headers["Content-Security-Policy"]

    assert policy == site_policy(bucket=True)
    assert "img-src 'self' blob: data: https://storage.googleapis.com;" in policy
    assert "connect-src 'self' https://storage.googleapis.com;" in policy
    assert "googleapis" not in site_policy(bucket=False)


def test_text_is_compressed_for_clients_that_accept_it(client: FlaskClient) -> None:
    plain = client.get("/main.js")

    packed = client.get("/main.js", headers={"Accept-Encoding": "br, gzip;q=0.8"})

    assert gzip.decompress(packed.data) == plain.data
    assert (packed.headers["Content-Encoding"], packed.content_length) == ("gzip", len(packed.data))
    assert len(packed.data) < len(plain.data)
    assert "Accept-Encoding" in plain.headers["Vary"]
    etag = packed.headers["ETag"]
    assert (
        client.get("/main.js", headers={"Accept-Encoding": "gzip", "If-None-Match": etag}).status_code == 304
    )
    assert "Content-Encoding" not in client.get("/main.js", headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_the_site_has_its_parts() -> None:
    documents = {"index.html", "404.html", "favicon.svg", "openapi.yaml", "site.webmanifest"}
    assert {*documents, "main.js", "service-worker.js"} <= set(ASSETS)


@pytest.mark.parametrize("path", ["/", "/index.html", "/main.js", "/styles/base.css"])
def test_a_file_that_the_browser_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path, headers=BROWSER)

    again = client.get(path, headers={**BROWSER, "If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert "no-cache" in first.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/README.md",
        "/nothing.js",
        f"/{'a' * 300}.html",
        "/styles",
        "/styles/",
        "/../functions/requirements.txt",
        "/%2e%2e/functions/requirements.txt",
        "/..%2f..%2fetc/passwd.txt",
        "//etc/hosts.txt",
        "/styles/../../functions/requirements.txt",
        "/a%00.html",
    ],
)
def test_nothing_beside_the_sites_files_is_served(client: FlaskClient, path: str) -> None:
    response = client.get(path, follow_redirects=True)

    assert problem(response) == (404, "not_found")


def test_a_browser_that_is_lost_is_shown_the_way_back(client: FlaskClient) -> None:
    response = client.get("/nothing/here", headers=BROWSER)

    assert (response.status_code, response.data) == (404, (SITE / "404.html").read_bytes())
    assert response.mimetype == "text/html"


@pytest.mark.parametrize("path", ["/main.js", "/nothing"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_site_is_read_only(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method)

    assert problem(response) == (405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}


# The front page


@pytest.mark.parametrize("headers", [BROWSER, {"Accept": "*/*"}, {"Accept": "text/html"}, {}])
def test_the_front_page_is_the_site_and_starts_a_session(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    response = client.get("/", headers=headers)

    assert (response.status_code, response.data) == (200, (SITE / "index.html").read_bytes())
    assert response.headers["Set-Cookie"].startswith("user_id=")
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in client.get("/", headers=headers).headers


@pytest.mark.parametrize("accept", ["application/json", "application/json, text/html;q=0.9"])
def test_the_front_page_is_the_list_for_clients_that_prefer_json(client: FlaskClient, accept: str) -> None:
    record_id = uploaded(client)

    response = client.get("/", headers={"Accept": accept})

    assert [record["record_id"] for record in response.get_json()["records"]] == [record_id]
    assert response.get_json() == client.get("/api/list").get_json()


def test_head_of_the_front_page_has_no_body(client: FlaskClient) -> None:
    response = client.head("/", headers=BROWSER)

    assert (response.status_code, response.data) == (200, b"")


# The original application's paths


def test_the_original_applications_paths_still_work(client: FlaskClient) -> None:
    record_id = uploaded(client)

    renamed = client.put(f"/update/{record_id}", json={"record_id": record_id, "record_name": "dog"})
    listed = client.get("/", headers=JSON).get_json()["records"]
    removed = client.delete(f"/remove/{record_id}")

    assert renamed.get_json() == removed.get_json() == {"message": "success"}
    assert [record["image_name"] for record in listed] == ["dog"]
    assert client.get("/api/list").get_json()["used"] == 0
    assert client.get("/health").get_json() == {"status": "Healthy"}


def test_a_form_posted_to_the_front_page_redirects_to_it(client: FlaskClient) -> None:
    done = client.post("/", headers=BROWSER, **form(PICTURE))
    failed = client.post("/", headers=BROWSER, **form(b"text"))

    assert [done.status_code, failed.status_code] == [302, 302]
    assert done.headers["Location"] == "/?flash=image_generated#flash-image_generated"
    assert failed.headers["Location"] == "/?flash=unsupported_image#flash-unsupported_image"


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", f"/update/{UNKNOWN}"), ("DELETE", f"/remove/{UNKNOWN}"), ("POST", "/")]
)
def test_the_original_paths_keep_foreign_pages_out_too(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method, headers={"Origin": "https://evil.example"})

    assert problem(response) == (403, "origin_not_allowed")


def test_a_preflight_for_the_front_page_is_answered(client: FlaskClient) -> None:
    response = client.options("/", headers={"Origin": "http://localhost"})

    assert (response.status_code, response.headers["Allow"]) == (204, "POST, OPTIONS")


# Cleanup


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_cleanup_is_done_for_this_machine(client: FlaskClient, address: str) -> None:
    response = client.post("/api/cleanup", environ_overrides={"REMOTE_ADDR": address})

    assert response.status_code == 200
    assert response.get_json()["more"] is False


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": "2001:db8::1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_cleanup_is_not_there_for_anybody_else(client: FlaskClient, environ: dict[str, str]) -> None:
    response = client.post("/api/cleanup", environ_overrides=environ)

    assert problem(response) == (404, "not_found")


# The start


def test_an_application_without_its_settings_does_not_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONGO_URI", "mongodb://x")

    with pytest.raises(SystemExit) as ended:
        create_app()

    assert ended.value.code == 3
    assert capsys.readouterr().err.startswith("APP_SECRET_KEY is not set")
