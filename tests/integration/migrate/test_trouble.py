"""Lost answers, and servers that refuse or cannot be reached."""

import time
from itertools import product
from typing import Any

import pytest
from google.auth.exceptions import DefaultCredentialsError
from google.cloud import storage
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, OperationFailure

from tests.gcs import FailingWay, GcsEmulator
from tests.integration.migrate.album import Album, Capture
from tests.ports import free_port
from tests.tiers import one_row_in


@pytest.mark.parametrize(("at", "is_lost"), one_row_in(5, product(range(4), [True, False])))
def test_a_failing_change_of_the_database_is_reported_in_one_line_and_the_next_run_finishes(
    album: Album, monkeypatch: pytest.MonkeyPatch, capsys: Capture, at: int, is_lost: bool
) -> None:
    """The change is applied or not, and its answer is lost."""
    album.keep("text", "the original's")
    before = album.served()
    real, calls = Collection.update_one, iter(range(99))

    def update_one(*arguments: Any, **options: Any) -> Any:
        is_it = next(calls) == at
        if is_it and not is_lost:
            raise OperationFailure("You may not, because of " + "secrets", 13, {"codeName": "Unauthorized"})
        answer = real(*arguments, **options)
        if is_it:
            raise AutoReconnect("connection closed")
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(Collection, "update_one", update_one)
        assert album.migrate("to-bucket") == 1
    output, errors = capsys.readouterr()
    assert output.startswith(f"Moved {at // 2} of 2 records to the bucket, ")
    assert errors.startswith("The database cannot be" if is_lost else "The database refuses; check")
    assert errors.count("\n") == 1
    assert "secrets" not in errors
    assert album.served() == before
    assert album.migrate("to-bucket") == 0
    assert album.served() == before
    assert album.objects() == album.named()


@pytest.mark.parametrize("method", ["upload_from_string", "delete"])
def test_a_call_to_the_bucket_is_retried_if_its_answer_was_lost(
    album: Album, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    real = getattr(storage.Blob, method)

    def twice(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        real(*arguments, **options)

    monkeypatch.setattr(storage.Blob, method, twice)
    album.keep("text")
    before = album.served()
    assert album.migrate("to-bucket") == 0
    assert album.served() == before
    assert album.migrate("to-records") == 0
    assert album.served() == before
    assert album.objects() == set()


@pytest.mark.parametrize(
    ("status", "after", "told"),
    one_row_in(
        4,
        [
            (403, 2, "gs://{} needs roles/storage.objectUser for this account. (No, because.)"),
            (403, 0, "gs://{} needs roles/storage.objectUser for this account. (No, because.)"),
            (503, 4, "Google Cloud Storage failed; try again later. (No, because.)"),
            (404, 0, "There is no bucket gs://{}. Check the name, or create it."),
        ],
    ),
)
def test_a_refusal_of_the_bucket_is_reported_in_one_line_and_the_next_run_finishes(
    album: Album,
    gcs: GcsEmulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    status: int,
    after: int,
    told: str,
) -> None:
    album.keep("text", "the original's")
    before = album.served()
    with FailingWay(to=gcs.url, after=after, status=status, message="No, because.\nMore.") as way:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", way.url)
        assert album.migrate("to-bucket") == 1
    assert capsys.readouterr().err == told.format(album.bucket) + "\n"

    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    assert album.served() == before
    assert album.migrate("to-bucket") == 0
    assert album.served() == before
    assert album.objects() == album.named()


def test_a_refused_deletion_leaves_an_orphan_and_no_image_twice(
    album: Album, gcs: GcsEmulator, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    kept = album.keep("text", "binary")
    album.migrate("to-bucket")
    before = album.served()
    with FailingWay(to=gcs.url, after=1, status=403, message="No.") as way:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", way.url)
        assert album.migrate("to-records") == 1
    assert "needs roles/storage.objectUser" in capsys.readouterr().err

    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    assert album.inline() == set(kept[:1])
    assert album.served() == before


def test_an_unreachable_storage_is_reported_in_one_line_and_in_time(
    album: Album, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{free_port()}")
    started = time.monotonic()

    assert album.migrate("to-bucket") == 1
    assert time.monotonic() - started < 10
    output, errors = capsys.readouterr()
    assert errors.startswith("Google Cloud Storage cannot be reached; check the network.")
    assert (output, errors.count("\n")) == ("", 1)


def test_missing_credentials_are_reported_in_one_line(
    album: Album, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def default(**_: object) -> None:
        raise DefaultCredentialsError("none")  # type: ignore[no-untyped-call]

    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    monkeypatch.setattr("google.auth.default", default)

    assert album.migrate("to-bucket") == 1
    output, errors = capsys.readouterr()
    assert errors.startswith("There are no usable Google Cloud credentials here: run `gcloud auth")
    assert (output, errors.count("\n")) == ("", 1)
