"""The commands python -m infra.models and make model: their output and exit status."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from common.removers import catalogue
from common.removers.catalogue import CATALOGUE, Combination, Fill, Measured, Model, Part
from infra import ROOT
from infra.models import files
from infra.models.__main__ import main
from tests.infra import dockerfile, model_server
from tests.infra.model_server import CONTENT, HALF, ModelServer

Capture = pytest.CaptureFixture[str]
# The command with a catalogue of one model, published at the given address.
COMMAND = """
import sys
from infra.models.__main__ import main
from common.removers import catalogue
from infra.models import files
from tests.infra.model_server import published_at
catalogue.CATALOGUE = files.CATALOGUE = {"some": published_at(sys.argv.pop(1))}
sys.exit(main())
"""


class Terminal(io.StringIO):
    """The output on a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def entries(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, Model | Combination]:
    """A whole catalogue: two models published on this machine, and their combination."""
    model = server.model()
    parts = (Part(model="some", fill=Fill.MIRROR), Part(model="other", fill=Fill.BLUR))
    entries: Mapping[str, Model | Combination] = {
        "some": model,
        "other": model,
        "both": Combination(title="both", parts=parts),
    }
    for module in (catalogue, files, sys.modules["infra.models.listing"]):
        monkeypatch.setattr(module, "CATALOGUE", entries)
    return dict(entries)


def start(url: str, *arguments: str, **environ: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, url, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# fetch


def test_fetch_prints_the_path_and_nothing_else_on_stdout(
    entries: object, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["fetch", "some", "--folder", str(tmp_path)]) == 0

    said = capsys.readouterr()
    assert said.out == f"{tmp_path / 'some.onnx'}\n"
    assert said.err == "Fetching some (1.0 MB, licence: MIT) ...\n"


def test_fetching_a_combination_fetches_each_of_its_models(
    entries: object, server: ModelServer, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["fetch", "both", "--folder", str(tmp_path)]) == 0

    assert capsys.readouterr().out == f"{tmp_path / 'some.onnx'}\n{tmp_path / 'other.onnx'}\n"
    assert len(server.ranges) == 2


def test_a_terminal_shows_bytes_and_rate(server: ModelServer, tmp_path: Path) -> None:
    terminal = Terminal()

    files.fetch_model("some", server.model(), tmp_path, terminal)

    assert re.search(r"\r\x1b\[K\[#+ *\] [\d.]+ of 1\.0 MB, [\d.]+ MB/s", terminal.getvalue())
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_the_folder_follows_data_dir(
    entries: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    assert main(["fetch", "some"]) == 0
    assert (tmp_path / "models/some.onnx").read_bytes() == CONTENT


def test_a_failure_is_one_line_and_status_1(
    entries: object, server: ModelServer, tmp_path: Path, capsys: Capture
) -> None:
    server.plan(model_server.refuses(404))

    assert main(["fetch", "some", "--folder", str(tmp_path)]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[1:] == [
        f"some could not be fetched: {server.url.removeprefix('http://')} answers 404 Not Found."
        " Check the network and run again."
    ]


@pytest.mark.parametrize("command", ["fetch", "check"])
def test_an_unknown_name_is_answered_with_those_that_exist(
    entries: object, capsys: Capture, command: str
) -> None:
    assert main([command, "nobody"]) == 1
    assert capsys.readouterr().err == "There is no model nobody; there are some, other, both.\n"


def test_a_full_disk_is_one_line_and_the_rest_is_resumed(server: ModelServer, tmp_path: Path) -> None:
    limited = f"ulimit -f {HALF // 1024}; trap '' XFSZ; exec \"$@\""
    command = [sys.executable, "-c", COMMAND, f"{server.url}/file.onnx"]
    done = subprocess.run(
        ["bash", "-c", limited, "bash", *command, "fetch", "some", "--folder", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[1:] == [f"{tmp_path / 'some.onnx'} cannot be written: File too large."]
    assert 0 < (tmp_path / "some.onnx.part").stat().st_size <= HALF
    assert files.fetch_model("some", server.model(), tmp_path, io.StringIO()).read_bytes() == CONTENT


def test_after_ctrl_c_the_next_run_resumes(server: ModelServer, tmp_path: Path) -> None:
    server.plan(model_server.stalls_after(HALF))
    process = start(f"{server.url}/file.onnx", "fetch", "some", "--folder", str(tmp_path))
    part = tmp_path / "some.onnx.part"
    deadline = time.monotonic() + 30
    while not part.exists() or part.stat().st_size < HALF - (1 << 17):
        assert time.monotonic() < deadline
        time.sleep(0.02)

    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)

    assert (process.returncode, output) == (130, "")
    assert errors.splitlines()[-1] == "Stopped. The partial download is kept; run again to resume."
    assert files.fetch_model("some", server.model(), tmp_path, io.StringIO()).read_bytes() == CONTENT
    assert server.ranges[1] is not None


# check


def test_check_names_a_files_model(entries: object, tmp_path: Path, capsys: Capture) -> None:
    main(["fetch", "both", "--folder", str(tmp_path)])
    capsys.readouterr()

    assert main(["check", "both", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == (
        f"{tmp_path / 'some.onnx'} is some.\n{tmp_path / 'other.onnx'} is other.\n"
    )
    copy = shutil.copy(tmp_path / "some.onnx", tmp_path / "copy.onnx")
    assert main(["check", "some", str(copy)]) == 0
    assert capsys.readouterr().out == f"{copy} is some.\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "it does not exist"),
        (b"", f"it has 0 bytes instead of {len(CONTENT)}"),
        (b"x" * len(CONTENT), "it has another SHA-256 ("),
    ],
)
def test_check_reports_a_mistake_in_one_line(
    entries: object, tmp_path: Path, capsys: Capture, content: bytes | None, told: str
) -> None:
    path = tmp_path / "own.onnx"
    if content is not None:
        path.write_bytes(content)

    assert main(["check", "some", str(path)]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"{path} is not some: {told}")
    assert said.err.endswith(" `make model MODEL=some` fetches it.\n")


def test_a_file_is_not_checked_against_a_combination(entries: object, capsys: Capture) -> None:
    assert main(["check", "both", "own.onnx"]) == 1
    assert capsys.readouterr().err == ("both combines some, other: check the file against one of them.\n")


# list and --help


def test_list_describes_every_entry(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "u2netp.onnx").touch()

    assert main(["list", "--folder", str(tmp_path)]) == 0

    output = capsys.readouterr().out
    for name, entry in CATALOGUE.items():
        assert f"{name}: {entry.title}" in output
        for model in catalogue.models(name).values():
            assert model.notice in output
    assert "u2netp: U2-Net-p, small and fast (fetched)\n    4.6 MB; " in output
    assert "licence: Apache-2.0; commercial use allowed." in output
    assert "commercial use unclear." in output
    assert output.count("(fetched)") == 1


def test_list_shows_what_was_measured(
    entries: dict[str, Model | Combination], tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = Combination(
        title="both",
        parts=(Part(model="some", fill=Fill.MIRROR),),
        measured=Measured(seconds=0.65, megabytes=700),
    )
    monkeypatch.setattr(
        sys.modules["infra.models.listing"], "CATALOGUE", {"some": entries["some"], "both": measured}
    )
    monkeypatch.setattr(catalogue, "CATALOGUE", {"some": entries["some"], "both": measured})

    main(["list", "--folder", str(tmp_path)])

    output = capsys.readouterr().out
    assert "1.0 MB; time and memory not measured here" in output
    assert "1.0 MB; 0.65 s of processor time a picture, 700 MB of memory with four clients" in output


@pytest.mark.parametrize(
    "arguments", [["--help"], ["fetch", "--help"], ["check", "--help"], ["list", "--help"]]
)
def test_help_lists_the_arguments(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 0
    assert capsys.readouterr().out.startswith("usage: python -m infra.models")


def test_make_fetches_the_model_that_is_named() -> None:
    done = subprocess.run(
        ["make", "--dry-run", "model", "MODEL=silueta"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ".venv/bin/python -m infra.models fetch silueta" in done.stdout


def test_an_image_build_copies_all_that_it_needs_and_python_has_the_rest(tmp_path: Path) -> None:
    for instruction in dockerfile.instructions():
        if instruction.word == "RUN" and "infra.models" in instruction.rest:
            break
        if instruction.word == "COPY":
            *sources, target = instruction.rest.split()
            for source in sources:
                _copy(ROOT / source, tmp_path / target / (Path(source).name if target.endswith("/") else ""))
    without_packages = [sys.executable, "-S", "-m", "infra.models", "list", "--folder", str(tmp_path)]

    done = subprocess.run(without_packages, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("u2netp: ")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
