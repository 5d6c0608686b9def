"""`python -m infra.site` against a real storage emulator: what is up before, during and after a run."""

import contextlib
import gzip
import io
import itertools
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from google.api_core.exceptions import Forbidden
from google.cloud import storage

from infra.site.__main__ import main
from infra.site.progress import Progress
from tests.gcs import FailingWay, GcsEmulator
from tests.integration.hosts import free_port

ROOT = Path(__file__).resolve().parents[2]
FOREVER = "public, max-age=31536000, immutable"
SITE = {
    "index.html": """<!doctype html>
        <link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/styles/page.css">
        <script type="module" src="/main.js"></script><form action="/api/upload"></form>"""
    + "<p>Some words.</p>" * 20,
    "404.html": '<link rel="stylesheet" href="/styles/page.css">Not here.',
    "favicon.svg": "<svg></svg>",
    "robots.txt": "User-agent: *",
    "config.js": 'export const API_BASE = "/api";\n',
    "main.js": 'import { a } from "./parts/a.js";\nimport { API_BASE } from "./config.js";\na(API_BASE);',
    "parts/a.js": 'export const a = () => import("../late.js");',
    "late.js": 'export const late = new URL("./drawing.png", import.meta.url);',
    "drawing.png": "\x89PNG not really",
    "styles/page.css": '@import "./words.css";',
    "styles/words.css": "p { color: red }",
}
REWORKED = {
    "main.js": 'import { a } from "./parts/b.js";\nimport { API_BASE } from "./config.js";\na(API_BASE, 2);',
    "parts/a.js": None,
    "parts/b.js": 'export const a = () => import("../late.js"); // moved',
    "late.js": 'export const late = new URL("./painting.png", import.meta.url);',
    "drawing.png": None,
    "painting.png": "\x89PNG even less",
    "styles/words.css": "p { color: blue }",
    "index.html": SITE["index.html"] + "<p>And more.</p>",
    "404.html": SITE["404.html"] + "<p>Really.</p>",
}
REFUSED = Forbidden("no")  # type: ignore[no-untyped-call]
Capture = pytest.CaptureFixture[str]
FINGERPRINT = re.compile(r"\.[0-9a-f]{8}(?=\.)")


class Site:
    """A bucket, and the folder that is published to it."""

    def __init__(self, gcs: GcsEmulator, bucket: str, folder: Path) -> None:
        self.gcs, self.bucket, self.folder = gcs, bucket, folder
        self.change(SITE)

    def change(self, files: Mapping[str, str | None]) -> None:
        """Write these files into the folder; None deletes one."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_text(content, encoding="utf-8")

    def publish(self, *options: str) -> int:
        return main([f"gs://{self.bucket}", "--folder", str(self.folder), "--patience", "2", *options])

    def objects(self) -> dict[str, tuple[int, str]]:
        """Return the generation and checksum of every object, by name."""
        blobs = storage.Client(project=None).bucket(self.bucket).list_blobs()
        return {blob.name: (blob.generation, blob.md5_hash) for blob in blobs}

    def name(self, plain: str) -> str:
        """Return the fingerprinted name of a file in the bucket."""
        [name] = [name for name in self.objects() if name != plain and FINGERPRINT.sub("", name) == plain]
        return name

    def get(self, path: str) -> requests.Response:
        return self.gcs.get(self.bucket, path)

    def loaded(self, page: str = "index.html") -> dict[str, str]:
        """Return what a browser loads for a page, each file by its address; everything has to be there."""
        files: dict[str, str] = {}
        wanted = [f"/{page}"]
        while wanted:
            address = wanted.pop()
            if address not in files:
                response = self.get(address[1:])
                assert response.status_code == 200, f"{page} needs {address}"
                response.encoding = "utf-8"
                files[address] = response.text
                wanted += [urljoin(address, found) for found in references(address, response.text)]
        return files


class Page(HTMLParser):
    """Finds what a page loads, in another way than the publisher does."""

    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        loads = (
            known.get("rel") in ("stylesheet", "icon", "modulepreload", "manifest") if tag == "link" else True
        )
        address = known.get("href") if tag == "link" else known.get("src")
        if loads and address and not urlsplit(address).scheme:
            self.references.append(address)


def references(address: str, content: str) -> list[str]:
    if address.endswith(".html"):
        page = Page()
        page.feed(content)
        return page.references
    code = re.sub(r"/\*.*?\*/", "", content, flags=re.DOTALL)
    if address.endswith(".css"):
        return re.findall(r"(?:@import |url\()[\"']?(?!data:|#)([^\"')]+)", code)
    if address.endswith(".js"):
        module = r"""^\s*(?:import|export|\})[^;"']*["'](\.[^"']+)["']"""
        later = r"""\b(?:import|new URL)\(\s*["'](\.[^"']+)["']"""
        return re.findall(module, code, flags=re.MULTILINE) + re.findall(later, code)
    return []


@pytest.fixture(scope="module")
def gcs() -> Iterator[GcsEmulator]:
    with GcsEmulator() as emulator:
        yield emulator


@pytest.fixture
def new_site(gcs: GcsEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Site]:
    """Return a function that makes another bucket with a folder of its own."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    number = f"{time.monotonic_ns()}"

    def make(name: str) -> Site:
        return Site(gcs, gcs.create_bucket(f"{name}-{number}"), tmp_path / name)

    return make


@pytest.fixture
def site(new_site: Callable[[str], Site]) -> Site:
    return new_site("site")


# What a run does


def test_the_first_run_puts_the_whole_site_up(site: Site, capsys: Capture) -> None:
    assert site.publish() == 0

    output, errors = capsys.readouterr()
    assert re.fullmatch(r"Published: uploaded 12, unchanged 0, deleted 0, \d+ bytes sent\.\n", output)
    assert errors == ""
    plain = {FINGERPRINT.sub("", address) for address in site.loaded()}
    assert plain == {f"/{name}" for name in SITE if name not in ("404.html", "robots.txt")}
    assert len(site.loaded("404.html")) == 3


def test_a_second_run_has_nothing_to_do(site: Site, capsys: Capture) -> None:
    site.publish()
    before = site.objects()
    capsys.readouterr()

    assert site.publish() == 0
    assert capsys.readouterr().out == "Published: uploaded 0, unchanged 12, deleted 0, 0 bytes sent.\n"
    assert site.objects() == before


@pytest.mark.parametrize(
    ("plain", "content_type", "cache_control"),
    [
        ("main.js", "text/javascript; charset=utf-8", FOREVER),
        ("parts/a.js", "text/javascript; charset=utf-8", FOREVER),
        ("styles/page.css", "text/css; charset=utf-8", FOREVER),
        ("drawing.png", "image/png", FOREVER),
        ("favicon.svg", "image/svg+xml", FOREVER),
    ],
)
def test_what_a_page_needs_is_served_for_ever(
    site: Site, plain: str, content_type: str, cache_control: str
) -> None:
    site.publish()

    response = site.get(site.name(plain))
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Cache-Control"] == cache_control
    assert FINGERPRINT.sub("", response.content.decode()) == SITE[plain]


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("404.html", "text/html; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("favicon.svg", "image/svg+xml"),
    ],
)
def test_what_keeps_its_name_is_asked_for_again(site: Site, name: str, content_type: str) -> None:
    site.publish()

    response = site.get(name)
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Cache-Control"] == "no-cache"


def test_what_is_kept_compressed_is_read_with_and_without(site: Site) -> None:
    site.publish()

    packed, plain = site.get("index.html"), site.gcs.get(site.bucket, "index.html", encoding="identity")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(gzip.compress(plain.content, mtime=0))
    assert "Content-Encoding" not in plain.headers
    assert packed.text == plain.text
    assert "Content-Encoding" not in site.get(site.name("drawing.png")).headers


def test_a_changed_module_goes_up_with_what_leads_to_it_and_nothing_else(site: Site) -> None:
    site.publish()
    before = site.objects()
    site.change({"parts/a.js": 'export const a = () => import("../late.js"); // changed'})

    assert site.publish() == 0
    after = site.objects()
    changed = {FINGERPRINT.sub("", name) for name in after if after[name] != before.get(name)}
    assert changed == {"parts/a.js", "main.js", "index.html"}
    assert {FINGERPRINT.sub("", name) for name in set(before) - set(after)} == {"parts/a.js", "main.js"}
    site.loaded()


def test_what_is_no_longer_part_is_deleted(site: Site, capsys: Capture) -> None:
    site.publish()
    capsys.readouterr()
    site.change(
        {"parts/a.js": "export const a = () => 1;", "late.js": None, "drawing.png": None, "robots.txt": None}
    )

    assert site.publish() == 0
    assert ", deleted 5, " in capsys.readouterr().out
    assert {FINGERPRINT.sub("", name) for name in site.objects()} == {
        name for name in SITE if name not in ("late.js", "drawing.png", "robots.txt")
    }


def test_what_something_else_put_there_is_left_alone_and_told(site: Site, capsys: Capture) -> None:
    storage.Client(project=None).bucket(site.bucket).blob("users/1/photo.png").upload_from_string(b"mine")

    assert site.publish() == 0
    assert "left alone, since something else put it there: 1." in capsys.readouterr().out
    assert site.get("users/1/photo.png").content == b"mine"


def test_an_object_with_other_headers_is_put_right(site: Site, capsys: Capture) -> None:
    site.publish()
    blob = storage.Client(project=None).bucket(site.bucket).blob("index.html")
    blob.cache_control = "public, max-age=3600"
    blob.patch()
    capsys.readouterr()

    assert site.publish() == 0
    assert capsys.readouterr().out.startswith("Published: uploaded 1, unchanged 11, deleted 0")
    assert site.get("index.html").headers["Cache-Control"] == "no-cache"


def test_a_dry_run_tells_and_changes_nothing(site: Site, capsys: Capture) -> None:
    assert site.publish("--dry-run") == 0
    output, _ = capsys.readouterr()
    assert site.objects() == {}
    assert output.splitlines()[-2].startswith("upload  index.html  (")
    assert output.splitlines()[-1].startswith("Nothing was changed. It would be: uploaded 12, unchanged 0")

    site.publish()
    before, main_js = site.objects(), site.name("main.js")
    capsys.readouterr()
    site.change({"main.js": "export const x = 1;"})
    assert site.publish("--dry-run") == 0
    assert f"delete  {main_js}\n" in capsys.readouterr().out
    assert site.objects() == before


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
    assert all(
        name.endswith((".html", "favicon.svg", "robots.txt"))
        for name in published
        if not FINGERPRINT.search(name)
    )
    assert not {name for name in published if name.endswith((".md", ".json"))}
    assert site.publish("--api-base", "https://api.example/api") == 0
    assert "https://api.example/api" in site.get(site.name("config.js")).text


# Runs that die


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


def fail(
    monkeypatch: pytest.MonkeyPatch, method: str, calls: range, error: BaseException | type[BaseException]
) -> None:
    """Have these calls of a method of the client's objects raise the error."""
    real, lock, numbers = getattr(storage.Blob, method), threading.Lock(), itertools.count()

    def counted(*arguments: Any, **options: Any) -> Any:
        with lock:
            number = next(numbers)
        if number in calls:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(storage.Blob, method, counted)


@pytest.fixture
def reworked(new_site: Callable[[str], Site]) -> Site:
    """The reworked site, published to a bucket that was empty."""
    site = new_site("reworked")
    site.change(REWORKED)
    assert site.publish() == 0
    return site


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize(("later", "error"), [(99, Killed), (1, REFUSED)], ids=["killed", "refused"])
def test_a_run_that_dies_at_any_upload_leaves_the_old_site_and_the_next_one_finishes(
    site: Site, reworked: Site, monkeypatch: pytest.MonkeyPatch, at: int, later: int, error: Any
) -> None:
    site.publish()
    old, objects = site.loaded(), set(site.objects())
    site.change(REWORKED)
    with monkeypatch.context() as patched:
        fail(patched, "upload_from_string", range(at, at + later), error)
        with contextlib.suppress(Killed):
            assert site.publish() == 1

    assert site.loaded() == old
    assert set(site.objects()) >= objects  # nothing is deleted by a run that does not get through
    assert site.loaded("404.html")
    assert site.publish() == 0
    assert site.loaded() == reworked.loaded()
    assert set(site.objects()) == set(reworked.objects())


def test_there_are_no_more_uploads_than_those(site: Site, capsys: Capture) -> None:
    site.publish()
    site.change(REWORKED)
    capsys.readouterr()
    site.publish()
    assert capsys.readouterr().out.startswith("Published: uploaded 8, ")


@pytest.mark.parametrize("at", range(6))
def test_a_run_that_dies_while_deleting_leaves_the_new_site_and_the_next_one_finishes(
    site: Site, reworked: Site, monkeypatch: pytest.MonkeyPatch, capsys: Capture, at: int
) -> None:
    site.publish()
    site.change(REWORKED)
    with monkeypatch.context() as patched:
        fail(patched, "delete", range(at, 99), REFUSED)
        assert site.publish() == 1

    assert "The new site is up; run again to delete" in capsys.readouterr().err
    assert site.loaded() == reworked.loaded()
    assert len(site.objects()) == len(reworked.objects()) + 6 - at
    assert site.publish() == 0
    assert set(site.objects()) == set(reworked.objects())


def test_ctrl_c_ends_the_run_in_a_line(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    fail(monkeypatch, "upload_from_string", range(3, 99), KeyboardInterrupt)

    assert site.publish() == 130
    assert capsys.readouterr().err == "Stopped. What is up still works; run again to finish.\n"


def test_a_killed_process_leaves_the_old_site(site: Site) -> None:
    site.publish()
    old = site.loaded()
    site.change(REWORKED)
    with FailingWay(after=3, to=site.gcs.url) as server:
        command = [sys.executable, "-m", "infra.site", f"gs://{site.bucket}", "--folder", str(site.folder)]
        environ = {**os.environ, "STORAGE_EMULATOR_HOST": server.url}
        process = subprocess.Popen(command, cwd=ROOT, env=environ)
        assert server.reached.wait(30)
        process.kill()
        process.wait()

    assert site.loaded() == old
    assert site.publish() == 0
    assert site.loaded() != old


# What can be in the way


def test_two_runs_at_once_do_not_mix(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    site.publish()
    capsys.readouterr()
    site.change(REWORKED)
    real = storage.Blob.upload_from_string

    def late(blob: storage.Blob, *arguments: Any, **options: Any) -> None:
        if blob.name == "index.html":
            real(storage.Client(project=None).bucket(site.bucket).blob("index.html"), b"somebody else's")
        real(blob, *arguments, **options)

    monkeypatch.setattr(storage.Blob, "upload_from_string", late)
    before = set(site.objects())
    assert site.publish() == 1
    _, errors = capsys.readouterr()
    assert errors.startswith(f"Something else changed gs://{site.bucket} in the meantime.")
    assert errors.count("\n") == 1
    assert site.get("index.html").text == "somebody else's"
    assert set(site.objects()) >= before


def test_an_upload_whose_answer_was_lost_counts_once_it_is_there(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = storage.Blob.upload_from_string

    def twice(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        real(*arguments, **options)

    monkeypatch.setattr(storage.Blob, "upload_from_string", twice)
    assert site.publish() == 0
    site.loaded()


def test_what_is_deleted_already_is_deleted(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.publish()
    site.change({"robots.txt": None})
    real = storage.Blob.delete

    def twice(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        real(*arguments, **options)

    monkeypatch.setattr(storage.Blob, "delete", twice)
    assert site.publish() == 0
    assert "robots.txt" not in site.objects()


def test_no_such_bucket_is_told_in_a_line(gcs: GcsEmulator, site: Site, capsys: Capture) -> None:
    site.bucket = "nobody-made-this"

    assert site.publish() == 1
    assert capsys.readouterr() == (
        "",
        "There is no bucket gs://nobody-made-this. Check the name, or create it.\n",
    )


def test_a_server_that_is_not_there_is_told_in_a_line_and_in_time(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{free_port()}")
    started = time.monotonic()

    assert site.publish() == 1
    assert time.monotonic() - started < 10
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith("Google Cloud Storage cannot be reached; check the network.")
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("status", "after", "told"),
    [
        (403, 0, "gs://{} needs roles/storage.objectAdmin for this account. (No, because.)"),
        (403, 2, "gs://{} needs roles/storage.objectAdmin for this account. (No, because.) What is up still"),
        (401, 0, "There are no usable Google Cloud credentials here: run `gcloud auth"),  # it had none
        (503, 0, "Google Cloud Storage failed; try again later. (No, because.)"),
        (503, 2, "Google Cloud Storage failed; try again later. (No, because.) What is up still works;"),
        (400, 2, "Google Cloud Storage failed; try again later. (No, because.) What is up still works;"),
    ],
)
def test_what_the_server_refuses_is_told_in_its_words_and_a_line(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    status: int,
    after: int,
    told: str,
) -> None:
    with FailingWay(to=site.gcs.url, after=after, status=status, message="No, because.\nMore.") as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        assert site.publish() == 1

    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith(told.format(site.bucket))
    assert errors.count("\n") == 1


def test_a_passing_failure_is_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real = requests.Session.request
    failed = threading.Event()

    def once(session: requests.Session, method: str, *arguments: Any, **options: Any) -> requests.Response:
        if method == "POST" and not failed.is_set():
            failed.set()
            raise requests.ConnectionError("gone for a moment")
        return real(session, method, *arguments, **options)

    monkeypatch.setattr(requests.Session, "request", once)
    assert site.publish() == 0
    assert failed.is_set()
    site.loaded()


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_shown_how_far_it_is_and_left_clean() -> None:
    terminal = Terminal()
    with Progress(4, terminal) as progress:
        progress.advance("a.js")
        progress.advance("b.js")

    lines = terminal.getvalue().split("\r\x1b[K")
    assert lines[-2:] == ["[###############               ] 2/4 b.js", ""]


def test_nothing_is_shown_elsewhere_or_where_there_is_nothing_to_do() -> None:
    terminal, file = Terminal(), io.StringIO()
    with Progress(1, file) as progress, Progress(0, terminal):
        progress.advance("a.js")

    assert (terminal.getvalue(), file.getvalue()) == ("", "")


# The command


def run(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GOOGLE_", "STORAGE_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "infra.site", *arguments],
        cwd=ROOT,
        env={**inherited, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_publishes_and_is_quiet_without_a_terminal(site: Site) -> None:
    done = run(f"gs://{site.bucket}", "--folder", str(site.folder), STORAGE_EMULATOR_HOST=site.gcs.url)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Published: uploaded 12, ")


def test_no_credentials_are_told_in_a_line(tmp_path: Path) -> None:
    done = run("gs://some-bucket", "--folder", str(tmp_path), HOME=str(tmp_path), NO_GCE_CHECK="true")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path} is not a site: it has no index.html.\n"

    tmp_path.joinpath("index.html").touch()
    done = run("gs://some-bucket", "--folder", str(tmp_path), HOME=str(tmp_path), NO_GCE_CHECK="true")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("There are no usable Google Cloud credentials here: run `gcloud auth")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "gs://BUCKET"),
        (["some-bucket"], "is not gs:// and the name of a bucket"),
        (["gs://some-bucket/folder"], "is not gs:// and the name of a bucket"),
        (["gs://some-bucket", "--patience", "0"], "is not a number from 1 to 3600"),
        (["gs://some-bucket", "--api-base", "/api"], "is not a URL like https://example.com/api"),
    ],
)
def test_arguments_that_make_no_sense_are_told(arguments: list[str], told: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert told in done.stderr


def test_help_names_every_option() -> None:
    done = run("--help")

    assert done.returncode == 0
    for option in ("gs://BUCKET", "--dry-run", "--api-base", "--folder", "--patience"):
        assert option in done.stdout
