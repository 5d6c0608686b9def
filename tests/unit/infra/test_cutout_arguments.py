"""The command line of infra.cutout."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from common.domain.options import CutoutOptions, Length
from infra.cutout import arguments
from infra.cutout.plan import Naming
from tests.terminal import Terminal


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a picture and a subfolder with another one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for name in ("a.jpg", "b.jpg", "in/c.jpg"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "naming"),
    [
        ("a.jpg", Naming("beside", "png")),
        ("a.jpg b.jpg in --format webp", Naming("beside", "webp")),
        ("a.jpg -o out.JPEG", Naming("file", "jpg", Path("out.JPEG"))),
        ("a.jpg -o out.jpeg --format jpg", Naming("file", "jpg", Path("out.jpeg"))),
        ("a.jpg -o out.zip", Naming("file", "zip", Path("out.zip"))),
        ("a.jpg -o out", Naming("folder", "png", Path("out"))),
        ("a.jpg -o out.png/", Naming("folder", "png", Path("out.png"))),
        ("a.jpg b.jpg -o in", Naming("folder", "png", Path("in"))),
        ("in -o . --format auto", Naming("folder", "auto", Path())),
        ("a.jpg -o - --format jpg", Naming("stdout", "jpg")),
        ("-", Naming("stdout", "png")),
        ("- -o out.png", Naming("file", "png", Path("out.png"))),
    ],
)
def test_the_targets_of_cut_outs(line: str, naming: Naming) -> None:
    assert arguments.read(line.split()).naming == naming


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ([], {}),
        (["--size", "4k"], {"max_pixels": 25_000_000}),
        (["--channels", "alpha"], {"alpha_only": True}),
        (["--bg-color", "81d4fa"], {"background": (0x81, 0xD4, 0xFA, 255)}),
        (["--crop", "--crop-margin", "10px"], {"crop": True, "crop_margin": (Length(10),) * 4}),
        (["--scale", "80%", "--position", "20% 30%"], {"scale": 0.8, "position": (0.2, 0.3)}),
        (["--roi", "1 2 3 4"], {"roi": (Length(1), Length(2), Length(3), Length(4))}),
        (["--to-remove", "foreground"], {"removes_subject": True}),
        (["--format", "auto"], {"format": "auto"}),
    ],
)
def test_every_option_of_a_cut_out(given: list[str], chosen: dict[str, Any]) -> None:
    assert arguments.read(["a.jpg", *given]).options == CutoutOptions(**{"format": "png", **chosen})


def test_the_other_options() -> None:
    plain, watching = arguments.read(["a.jpg"]), arguments.read(["in", "--watch", "-j", "3"])

    assert (plain.existing, plain.backdrop, plain.model, plain.is_watching) == ("fail", None, None, False)
    assert (watching.existing, watching.jobs, watching.is_watching) == ("update", 3, True)
    chosen = arguments.read(["a.jpg", "--overwrite", "--model", "u2net", "--bg-image", "b.jpg"])
    assert (chosen.existing, chosen.model, chosen.backdrop) == ("overwrite", "u2net", Path("b.jpg"))
    assert arguments.read(["in", "--watch", "--skip-existing"]).existing == "skip"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "required: INPUT"),
        ("- a.jpg", "must be the only input"),
        ("a.jpg b.jpg -o out.png", "there may be several pictures"),
        ("in -o out.png", "there may be several pictures"),
        ("in -o -", "Standard output takes one cut-out"),
        ("in -o ./in/", "another folder than the input"),
        ("- -o out", "has no name"),
        ("a.jpg -o out.png --format jpg", "contradict each other"),
        ("a.jpg --overwrite --skip-existing", "not allowed with"),
        ("a.jpg --bg-color red --bg-image b.jpg", "only one of"),
        ("a.jpg --watch", "--watch is for folders"),
        ("- --watch", "--watch is for folders"),
        ("missing --watch", "--watch is for folders"),
        ("a.jpg --jobs 0", "from 1 to 64"),
        ("a.jpg --jobs ²", "from 1 to 64"),
        ("a.jpg --model ghost", "invalid choice: 'ghost'"),
        ("a.jpg --size huge", "argument --size: 'huge' is none of: auto"),
        ("a.jpg --crop --crop-margin 51%", "argument --crop-margin: '51%' is none of: around the subject"),
        ("a.jpg --format gif", "argument --format: 'gif'"),
    ],
)
def test_mistakes_end_with_status_2(line: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments.read(line.split())

    assert ended.value.code == 2
    assert said in re.sub(r"\s+", " ", capsys.readouterr().err)


def test_no_picture_is_sent_to_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())

    with pytest.raises(SystemExit):
        arguments.read(["-"])
    assert "Standard output is this terminal" in capsys.readouterr().err
