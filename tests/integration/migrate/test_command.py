"""The command line: arguments, settings and output."""

from typing import Any

import pytest
from google.cloud import storage

from infra.migrate.__main__ import main
from tests.gcs import GcsEmulator
from tests.integration.migrate.album import FORMS, Album, Capture
from tests.tiers import extended


def test_the_command_reports_the_moved_records(album: Album) -> None:
    album.keep("text")
    process = album.start("to-bucket")

    assert process.communicate()[0].startswith("Moved 1 of 1 records to the bucket, ")
    assert process.returncode == 0
    assert album.inline() == set()


@pytest.mark.parametrize("direction", ["to-records", *extended("to-bucket")])
def test_a_dry_run_changes_nothing(album: Album, gcs: GcsEmulator, capsys: Capture, direction: str) -> None:
    album.keep(*FORMS)
    if direction == "to-records":
        album.migrate("to-bucket")
    documents, objects = list(album.images.find()), album.objects()
    capsys.readouterr()

    assert album.migrate(direction, "--dry-run") == 0
    output = capsys.readouterr().out
    assert output.startswith("Nothing was changed. It would be: moved 5 of 5 records to the ")
    assert (list(album.images.find()), album.objects()) == (documents, objects)
    assert album.migrate(direction) == 0
    assert capsys.readouterr().out[1:] in output  # the same numbers


@pytest.mark.parametrize("name", ["MONGO_URI", "IMAGE_BUCKET"])
def test_a_missing_setting_is_reported_in_one_line(
    album: Album, monkeypatch: pytest.MonkeyPatch, capsys: Capture, name: str
) -> None:
    monkeypatch.delenv(name)

    assert album.migrate("to-bucket") == 1
    output, errors = capsys.readouterr()
    assert errors.startswith(f"{name} is not set; it should be ")
    assert (output, errors.count("\n")) == ("", 1)


def test_a_malformed_uri_is_reported_in_one_line_without_its_password(
    album: Album, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("MONGO_URI", "mongodb://me:pass/word@127.0.0.1")

    assert album.migrate("to-bucket") == 1
    errors = capsys.readouterr().err
    assert errors == "MONGO_URI cannot be used; check how it is written, and the name of its host.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "to-bucket"),
        (["sideways"], "invalid choice: 'sideways'"),
        (["to-bucket", "--timeout", "0"], "is not a number from 1 to 3600"),
        (["to-bucket", "--timeout", "long"], "is not a number from 1 to 3600"),
    ],
)
def test_invalid_arguments_are_refused(arguments: list[str], told: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_help_names_every_option_and_setting(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    assert ended.value.code == 0
    output = capsys.readouterr().out
    for word in ("to-bucket", "to-records", "--dry-run", "--timeout", "MONGO_URI", "IMAGE_BUCKET"):
        assert word in output


def test_ctrl_c_ends_the_run_in_a_line(
    album: Album, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    album.keep("text", "binary")
    before = album.served()
    real, calls = storage.Blob.upload_from_string, iter(range(99))

    def interrupted(*arguments: Any, **options: Any) -> None:
        if next(calls) == 4:
            raise KeyboardInterrupt
        real(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(storage.Blob, "upload_from_string", interrupted)
        assert album.migrate("to-bucket") == 130
    output, errors = capsys.readouterr()
    assert output.startswith("Moved 1 of 2 records to the bucket, ")
    assert output.endswith("; 1 remain.\n")
    assert errors == "Stopped. No image is lost; run again to continue.\n"
    assert album.served() == before
    assert album.migrate("to-bucket") == 0
    assert album.served() == before
