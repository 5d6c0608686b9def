"""`python -m infra.cutout` like a user's: a process, its files, its output and its end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.bench.photos import Photos
from tests.local_run import PATIENCE, ROOT, clean_environment
from tests.photos import decoded, photo

SIZE = (480, 320)
PHOTO = Photos().photo(SIZE)
COMMAND = (sys.executable, "-m", "infra.cutout", "--model", "u2netp")

pytestmark = [pytest.mark.usefixtures("weights"), pytest.mark.timeout(2 * PATIENCE)]


class Command:
    """A run of the command in a new folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        environ = {**clean_environment(), "DATA_DIR": str(ROOT / ".data")}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.output = b""
        self.told = ""

    def end(self, given: bytes = b"") -> int:
        """Wait for the end and return the status."""
        self.output, told = self.process.communicate(given, timeout=PATIENCE)
        self.told += told.decode()
        return self.process.returncode

    def wait_for(self, word: str) -> None:
        """Read the command's output up to a line with this word."""
        assert self.process.stderr
        for line in self.process.stderr:
            self.told += line.decode()
            if word in line.decode():
                return
        raise AssertionError(self.told)

    def stop(self, sent: signal.Signals) -> int:
        """Send a signal; return the status once no process is left."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        assert children
        self.process.send_signal(sent)
        status = self.end()
        _, alive = psutil.wait_procs(children, timeout=PATIENCE)
        assert alive == []
        return status


Start = Callable[..., Command]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Command] = []

    def start(*arguments: str) -> Command:
        started.append(Command(tmp_path, *arguments))
        return started[-1]

    yield start
    for command in started:
        command.process.kill()
        command.process.communicate()


def is_cut_out(path: Path) -> bool:
    image = decoded(path.read_bytes())
    return (image.format, image.mode, image.size) == ("PNG", "RGBA", SIZE)


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def fill(folder: Path, number: int) -> None:
    folder.mkdir()
    for each in range(number):
        (folder / f"{each:03}.jpg").write_bytes(PHOTO)


def test_a_folder_keeps_its_structure_and_failures_are_reported(tmp_path: Path, start: Start) -> None:
    fill(tmp_path / "in", 2)
    fill(tmp_path / "in/below", 1)
    odd = os.fsdecode(b"a\n\xff.jpg")
    (tmp_path / "in" / odd).write_bytes(PHOTO)
    (tmp_path / "in/bad.jpg").write_bytes(b"no picture")
    (tmp_path / "in/notes.txt").write_text("no picture either")

    command = start("in", "-o", "out")

    assert command.end() == 1
    made = sorted(["000.png", "001.png", "below/000.png", odd.replace(".jpg", ".png")])
    assert files(tmp_path / "out") == made
    assert all(is_cut_out(tmp_path / "out" / name) for name in made)
    assert command.output == b""
    assert "in/bad.jpg: This file is not a picture that we read." in command.told
    assert "in/000.jpg -> out/000.png\n" in command.told
    assert "4 cut out, 1 failed, in " in command.told
    assert command.told.endswith("Failed: in/bad.jpg\n")


@pytest.mark.extended
def test_after_ctrl_c_no_process_and_no_incomplete_file_is_left_and_the_next_run_continues(
    tmp_path: Path, start: Start
) -> None:
    fill(tmp_path / "in", 24)
    command = start("in", "-o", "out", "--jobs", "1")
    command.wait_for("->")

    assert command.stop(signal.SIGINT) == 130
    made = files(tmp_path / "out")
    assert "Stopped." in command.told
    assert 0 < len(made) < 24
    assert all(is_cut_out(tmp_path / "out" / name) for name in made)

    again = start("in", "-o", "out", "--skip-existing")
    assert again.end() == 0
    assert f"{24 - len(made)} cut out, {len(made)} skipped" in again.told
    assert files(tmp_path / "out") == [f"{each:03}.png" for each in range(24)]


def test_standard_input_becomes_standard_output(start: Start) -> None:
    command = start("-", "--format", "jpg", "--bg-color", "red", "--size", "auto")

    assert command.end(PHOTO) == 0
    image = decoded(command.output)
    assert (image.format, image.size) == ("JPEG", SIZE)


@pytest.mark.extended
def test_pictures_that_arrive_in_a_watched_folder_are_cut_out(tmp_path: Path, start: Start) -> None:
    fill(tmp_path / "in", 1)
    command = start("in", "--watch")
    command.wait_for("in/000.jpg -> in/000-cut-out.png")
    fill(tmp_path / "in/below", 1)
    command.wait_for("in/below/000.jpg -> in/below/000-cut-out.png")

    assert command.stop(signal.SIGINT) == 130
    made = ["000-cut-out.png", "below/000-cut-out.png"]
    assert files(tmp_path / "in") == sorted(["000.jpg", "below/000.jpg", *made])
    assert all(is_cut_out(tmp_path / "in" / name) for name in made)


@pytest.mark.extended
def test_a_terminated_run_ends_its_workers(tmp_path: Path, start: Start) -> None:
    fill(tmp_path / "in", 12)
    command = start("in")
    command.wait_for("->")

    assert command.stop(signal.SIGTERM) == 143


@pytest.mark.extended
def test_a_killed_run_leaves_complete_files_only(tmp_path: Path, start: Start) -> None:
    fill(tmp_path / "in", 12)
    command = start("in", "-o", "out")
    command.wait_for("->")

    assert command.stop(signal.SIGKILL) == -signal.SIGKILL
    assert all(is_cut_out(path) for path in (tmp_path / "out").glob("*.png"))
    assert start("in", "-o", "out", "--skip-existing").end() == 0
    assert files(tmp_path / "out") == [f"{each:03}.png" for each in range(12)]


@pytest.mark.extended
def test_every_option_together(tmp_path: Path, start: Start) -> None:
    (tmp_path / "a.jpg").write_bytes(PHOTO)
    (tmp_path / "backdrop.png").write_bytes(photo(64, 64))
    chosen = "--crop --crop-margin 10px --scale 50% --position center --bg-image backdrop.png --size 4k"

    command = start("a.jpg", "-o", "made/a.webp", *chosen.split(), "--roi", "10% 10% 90% 90%", "-j", "1")

    assert command.end() == 0
    assert decoded((tmp_path / "made/a.webp").read_bytes()).format == "WEBP"


@pytest.mark.extended
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.jpg", "--bg-image", "none.png"], "none.png cannot be read: No such file"),
        (["a.jpg", "--bg-image", "bad.png"], "bad.png: This file is not a picture"),
        (["none.jpg"], "none.jpg: No such file or directory."),
        (["bad.png"], "bad.png: This file is not a picture"),
        (["empty"], "empty: There is no picture in this folder."),
        (["a.jpg", "--roi", "0 0 5000 5000"], "reaches over the edge"),
    ],
)
def test_an_unreadable_file_is_reported(
    tmp_path: Path, start: Start, arguments: list[str], said: str
) -> None:
    (tmp_path / "a.jpg").write_bytes(PHOTO)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    (tmp_path / "empty").mkdir()

    command = start(*arguments)

    assert command.end() == 1
    assert said in command.told
    assert list(tmp_path.glob("*cut-out*")) == []


@pytest.mark.extended
def test_a_reader_that_goes_away_is_a_failure_and_not_a_traceback(start: Start) -> None:
    command = start("-")
    assert command.process.stdout
    command.process.stdout.close()
    command.process.stdout = None

    assert command.end(PHOTO) == 1
    assert "standard input: Broken pipe." in command.told
    assert "Traceback" not in command.told
