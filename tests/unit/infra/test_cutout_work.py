"""infra.cutout at work: tasks, files, watched folders and reports."""

import errno
import io
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from common.domain.errors import ImageTooLarge, UnreadableImage
from common.domain.mattes import Rendering
from common.domain.options import DEFAULT_OPTIONS, CutoutOptions
from common.service.removal import Removal
from infra.cutout import files
from infra.cutout.plan import Naming, Plan, Task
from infra.cutout.report import Report
from infra.cutout.watch import Watcher
from infra.cutout.work import Cutter, Pool
from infra.errors import CommandError
from tests.fakes import FakeCodec, FakePicture, FakeRemover, Steps
from tests.terminal import Terminal

MADE = b"the cut-out"


class Codec(FakeCodec):
    """A codec that lets a test refuse contents."""

    def __init__(self, judge: Callable[[bytes], None]) -> None:
        super().__init__()
        self.judge = judge

    def open(
        self, content: bytes, options: CutoutOptions = DEFAULT_OPTIONS, backdrop: bytes = b""
    ) -> AbstractContextManager[FakePicture]:
        self.judge(content)
        return nullcontext(Empty(Steps()) if content == b"empty" else FakePicture(Steps()))


class Empty(FakePicture):
    """A picture without a subject."""

    def render(self, matte: object) -> Rendering:
        return Rendering(b"nothing", "image/png", 4, 3, (4, 3), None)


def refuse_bad(content: bytes) -> None:
    if content == b"bad":
        raise UnreadableImage
    if content == b"broken":
        raise RuntimeError("A picture worker failed")


def work(tasks: list[Task], *, replaces: bool = False) -> Report:
    """Do the tasks and return the report."""
    report = Report(io.StringIO())
    removal = Removal(lambda: Codec(refuse_bad), FakeRemover)
    pool = Pool(Cutter(removal, CutoutOptions(), b"", 1, replaces=replaces), 2, report)
    for task in tasks:
        pool.submit(task)
    while pool.settle():
        pass
    pool.drop()
    return report


def told(report: Report) -> str:
    stream = report.stream
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def task(folder: Path, name: str, content: bytes | None = b"x") -> Task:
    source = folder / name
    if content is not None:
        source.write_bytes(content)
    return Task(source, (folder / "out" / f"{name}.png",))


def test_each_task_is_done_or_reported_and_none_stops_the_others(tmp_path: Path) -> None:
    contents = {"a": b"x", "bad": b"bad", "broken": b"broken", "empty": b"empty", "gone": None, "z": b"x"}

    report = work([task(tmp_path, name, content) for name, content in contents.items()])

    assert report.done == 2
    assert sorted(report.failed) == [str(tmp_path / name) for name in ("bad", "broken", "empty", "gone")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "z.png"]
    lines = told(report)
    assert f"{tmp_path}/a -> {tmp_path}/out/a.png\n" in lines
    assert f"{tmp_path}/bad: {UnreadableImage.default_detail}\n" in lines
    assert f"{tmp_path}/broken: It failed unexpectedly: RuntimeError: A picture worker failed\n" in lines
    assert f"{tmp_path}/empty: No subject was found" in lines
    assert f"{tmp_path}/gone: {tmp_path}/gone: No such file or directory.\n" in lines


def test_a_file_longer_than_any_picture_is_refused(tmp_path: Path) -> None:
    long = tmp_path / "long.jpg"
    with long.open("wb") as file:
        file.truncate(8_000_001)

    with pytest.raises(ImageTooLarge):
        files.read(long, 1)
    assert len(files.read(long, 2)) == 8_000_001


def test_a_full_disk_stops_the_run_and_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(CommandError, match="nothing more can be written"):
        work([task(tmp_path, "a")])

    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["out", "a" * 300])
def test_an_unwritable_target_is_reported(tmp_path: Path, name: str) -> None:
    (tmp_path / "out").write_bytes(b"a file where a folder should be")
    source = tmp_path / "a"
    source.write_bytes(b"x")

    report = work([Task(source, (tmp_path / name / "a.png",)), Task(source, (tmp_path / f"{name}.png",))])

    assert len(report.failed) == (1 if name == "out" else 2)
    assert (tmp_path / "out").read_bytes() == b"a file where a folder should be"


def test_a_file_that_appears_meanwhile_is_replaced_only_on_request(tmp_path: Path) -> None:
    kept = tmp_path / "out/a.png"
    kept.parent.mkdir()
    kept.write_bytes(b"somebody's")

    assert work([task(tmp_path, "a")]).done == 0
    assert kept.read_bytes() == b"somebody's"
    assert work([task(tmp_path, "a")], replaces=True).done == 1
    assert kept.read_bytes() == MADE
    assert list(kept.parent.iterdir()) == [kept]


def test_leftovers_of_killed_runs_are_deleted_but_not_files_of_active_ones(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, running = tmp_path / f".cutout-{ended.pid}-0.part", tmp_path / f".cutout-{os.getppid()}-0.part"
    left.write_bytes(b"half")
    running.write_bytes(b"half")

    files.write(tmp_path / "a.png", MADE, replaces=False)

    assert sorted(path.name for path in tmp_path.iterdir()) == [running.name, "a.png"]


def test_a_watched_file_is_found_once_it_stops_changing_and_again_after_a_change(tmp_path: Path) -> None:
    def fail(name: str, reason: str) -> None:
        raise AssertionError(f"{name}: {reason}")

    picture = tmp_path / "a.jpg"
    watcher = Watcher([tmp_path], Plan(Naming("beside", "png"), "update", fail))
    found = [watcher.look()]
    for content in (b"h", b"half", b"whole!"):
        picture.write_bytes(content)
        found.append(watcher.look())
    assert found == [[]] * 4

    assert [watcher.look(), watcher.look()] == [[(picture, tmp_path)], []]

    picture.write_bytes(b"another picture")
    assert [watcher.look(), watcher.look()] == [[], [(picture, tmp_path)]]
    picture.unlink()
    assert watcher.look() == []


def test_a_terminal_shows_a_bar_below_failures_and_no_line_for_each_picture() -> None:
    terminal = Terminal()
    report = Report(terminal)
    report.begin(4)
    report.succeed("a.jpg", Path("a.png"))
    report.fail("b.jpg", "It is damaged.")
    report.succeed("c.jpg", Path("c.png"))
    report.summarise(skipped=2)

    drawn = terminal.getvalue().split("\r\x1b[K")
    assert drawn[1].startswith("[                              ] 0/4, 0.0 a second")
    assert "b.jpg: It is damaged.\n" in drawn
    assert drawn[-3].startswith("[######################        ] 3/4, ")
    assert " left" in drawn[-3]
    assert drawn[-2].startswith("2 cut out, 2 skipped, whose cut-outs exist, 1 failed, in 0.0 s")
    assert drawn[-1] == "Failed: b.jpg\n"
    assert "a.png" not in "".join(drawn)
