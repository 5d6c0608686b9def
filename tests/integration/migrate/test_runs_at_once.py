"""Concurrent runs, in one direction or both, do no harm to each other."""

import subprocess
from typing import Any

import pytest
from google.cloud import storage

from infra.migrate.records import Records
from tests.integration.migrate.album import Album, Capture
from tests.integration.migrate.conftest import MOMENTS, Happen
from tests.tiers import one_in, one_row_in


@pytest.mark.parametrize("moment", one_in(4, *MOMENTS))
def test_a_second_run_does_no_harm(album: Album, at: Happen, capsys: Capture, moment: str) -> None:
    album.keep("text", "the original's")
    before = album.served()
    at(moment, lambda: album.migrate("to-bucket"))

    assert album.migrate("to-bucket") == 0
    assert capsys.readouterr().out.endswith(" 2 vanished (2 moved by another run); 0 remain.\n")
    assert album.served() == before
    assert album.inline() == set()
    assert album.objects() == album.named()


def test_a_run_that_dies_after_another_was_faster_loses_nothing(
    album: Album, at: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    album.keep("text")
    before = album.served()

    def die(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    def overtake() -> None:
        album.migrate("to-bucket")
        monkeypatch.setattr(storage.Blob, "upload_from_string", die)

    at("read", overtake)
    assert album.migrate("to-bucket") == 130
    assert album.served() == before


def test_two_concurrent_runs_move_everything(album: Album) -> None:
    album.keep(*["text", "the original's"] * 4)
    before = album.served()
    runs: list[subprocess.Popen[str]] = [album.start("to-bucket") for _ in range(2)]
    for run in runs:
        assert " of " in run.communicate()[0]
        assert run.returncode in (0, 1)  # each skips the record that the other one moves

    assert album.migrate("to-bucket") == 0
    assert album.served() == before
    assert album.inline() == set()
    assert album.objects() == album.named()


@pytest.mark.usefixtures("generations_matter")
@pytest.mark.parametrize("moment", one_in(4, *MOMENTS))
def test_a_run_in_the_other_direction_does_no_harm(album: Album, at: Happen, moment: str) -> None:
    album.keep("text", "binary")
    before = album.served()
    at(moment, lambda: album.migrate("to-records"))

    assert album.migrate("to-bucket") in (0, 1)
    assert album.served() == before
    assert album.migrate("to-bucket") == 0
    assert album.served() == before


@pytest.mark.usefixtures("generations_matter")
@pytest.mark.parametrize(
    ("meanwhile", "is_after"),
    one_row_in(3, [("to-bucket", True), ("to-bucket", False), ("to-records", False)]),
)
def test_a_second_run_beside_one_to_the_records_does_no_harm(
    album: Album, monkeypatch: pytest.MonkeyPatch, capsys: Capture, meanwhile: str, is_after: bool
) -> None:
    album.keep("text")
    before = album.served()
    album.migrate("to-bucket")
    real, events = Records.change, [lambda: album.migrate(meanwhile)]

    def change(*arguments: Any, **options: Any) -> bool:
        event = events.pop() if events else None
        if event and not is_after:
            event()
        answer: bool = real(*arguments, **options)
        if event and is_after:
            event()
        return answer

    monkeypatch.setattr(Records, "change", change)
    assert album.migrate("to-records") == 0
    assert album.served() == before
    assert ("1 moved by another run" in capsys.readouterr().out) == (meanwhile == "to-records")
