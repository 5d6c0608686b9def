"""Concurrent runs, lost answers, and a storage that refuses or cannot be reached."""

import threading
import time
from typing import Any

import pytest
import requests
from google.cloud import storage

from tests.gcs import FailingWay, GcsEmulator
from tests.integration.publish.sites import REWORKED, Capture, Site
from tests.ports import free_port
from tests.tiers import one_row_in


def test_two_concurrent_runs_do_not_mix(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
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


def test_an_upload_whose_answer_was_lost_counts_as_done(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real = storage.Blob.upload_from_string

    def twice(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        real(*arguments, **options)

    monkeypatch.setattr(storage.Blob, "upload_from_string", twice)
    assert site.publish() == 0
    site.loaded()


def test_deleting_a_deleted_object_succeeds(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.publish()
    site.change({"robots.txt": None})
    real = storage.Blob.delete

    def twice(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        real(*arguments, **options)

    monkeypatch.setattr(storage.Blob, "delete", twice)
    assert site.publish() == 0
    assert "robots.txt" not in site.objects()


def test_a_transient_failure_is_retried(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_missing_bucket_is_reported_in_one_line(gcs: GcsEmulator, site: Site, capsys: Capture) -> None:
    site.bucket = "nobody-made-this"

    assert site.publish() == 1
    assert capsys.readouterr() == (
        "",
        "There is no bucket gs://nobody-made-this. Check the name, or create it.\n",
    )


def test_an_unreachable_server_is_reported_in_one_line_and_in_time(
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
    one_row_in(
        3,
        [
            (403, 0, "gs://{} needs roles/storage.objectUser for this account. (No, because.)"),
            (
                403,
                2,
                "gs://{} needs roles/storage.objectUser for this account. (No, because.) The site still",
            ),
            (
                401,
                0,
                "There are no usable Google Cloud credentials here: run `gcloud auth",
            ),  # it had no credentials
            (503, 0, "Google Cloud Storage failed; try again later. (No, because.)"),
            (503, 2, "Google Cloud Storage failed; try again later. (No, because.) The site still works;"),
            (400, 2, "Google Cloud Storage failed; try again later. (No, because.) The site still works;"),
        ],
    ),
)
def test_a_refusal_is_reported_in_one_line_with_the_servers_words(
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
