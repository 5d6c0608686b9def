"""python -m tests.bench.quality: how near our mattes and cut-outs come to known ones, beside rembg's.

Errors are means of 255: of the matte, of the matte within 8 pixels of the known edge, and there of the
cut-out on a dark and on a light backdrop, where a halo would show.
"""

import argparse
import os
import subprocess
import tempfile
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import mean

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from common.removers.local import LocalRemover
from common.removers.sources import sources
from infra.local import ROOT
from tests.bench.cut_outs import KnownCutOut, from_photos, known_cut_outs
from tests.looking import picture_of
from tests.photos import decoded

REMBG = ROOT / ".venv" / "rembg" / "bin" / "python"
MODEL = ROOT / ".data" / "models" / "u2netp.onnx"

_REMBG_CUT_OUTS = Path(__file__).with_name("rembg_cut_outs.py")
_REACH = 8  # pixels from the edge
_DARK, _LIGHT = 16, 240


@dataclass(frozen=True, slots=True)
class Errors:
    """Mean absolute errors of one cut-out, of 255."""

    matte: float
    edge: float
    dark: float
    light: float


@dataclass(frozen=True, slots=True)
class Row:
    """One picture's errors, ours beside rembg's."""

    picture: str
    ours: Errors
    rembg: Errors


def measure(rembg: Path, model: Path, folder: Path, photos: Path | None = None) -> list[Row]:
    """Cut out every picture with both, leaving what they made in `folder`."""
    remover = LocalRemover(sources("u2netp", model))
    known = [*known_cut_outs(), *(from_photos(photos, remover) if photos else ())]
    given, theirs, ours = (folder / name for name in ("given", "rembg", "ours"))
    for made in (given, theirs, ours):
        made.mkdir(parents=True, exist_ok=True)
    for picture in known:
        picture.photo.save(given / f"{picture.name}.png", compress_level=1)
        shown = picture_of(picture.photo)
        (ours / f"{picture.name}.png").write_bytes(shown.cut_out(remover.matte(shown.view)).processed)
    command = [str(part) for part in (rembg, _REMBG_CUT_OUTS, given, theirs)]
    subprocess.run(command, check=True, env=os.environ | {"U2NET_HOME": str(model.parent)})
    return [Row(one.name, _errors(one, ours), _errors(one, theirs)) for one in known]


def table(rows: list[Row]) -> str:
    """Return the rows and their means as a Markdown table."""
    every = [*rows, Row("mean", _mean([row.ours for row in rows]), _mean([row.rembg for row in rows]))]
    names = [field.name for field in fields(Errors)]
    head = "".join(f" {name} | rembg |" for name in names)
    return "\n".join([f"| picture |{head}", "|---" * (1 + 2 * len(names)) + "|", *map(_line, every)])


def _line(row: Row) -> str:
    pairs = zip(astuple(row.ours), astuple(row.rembg), strict=True)
    return f"| {row.picture} |" + "".join(f" {ours:.2f} | {theirs:.2f} |" for ours, theirs in pairs)


def _mean(errors: list[Errors]) -> Errors:
    return Errors(*(mean(column) for column in zip(*map(astuple, errors), strict=True)))


def _errors(known: KnownCutOut, folder: Path) -> Errors:
    cut_out = decoded((folder / f"{known.name}.png").read_bytes())
    edge = _edge(known.matte)
    off = np.abs(np.asarray(cut_out.getchannel("A"), np.int16) - np.asarray(known.matte, np.int16))
    truth = known.subject.copy()
    truth.putalpha(known.matte)
    halos = (np.abs(_laid(cut_out, edge, on) - _laid(truth, edge, on)).mean() for on in (_DARK, _LIGHT))
    return Errors(float(off.mean()), float(off[edge].mean()), *map(float, halos))


def _edge(matte: Image.Image) -> NDArray[np.bool_]:
    """Return where the matte changes within reach."""
    darkest = brightest = matte
    for _ in range(_REACH):
        darkest, brightest = (
            darkest.filter(ImageFilter.MinFilter(3)),
            brightest.filter(ImageFilter.MaxFilter(3)),
        )
    changes: NDArray[np.bool_] = np.asarray(darkest) != np.asarray(brightest)
    return changes


def _laid(cut_out: Image.Image, where: NDArray[np.bool_], backdrop: int) -> NDArray[np.float64]:
    pixels = np.asarray(cut_out)[where].astype(np.float64)
    alpha = pixels[:, 3:] / 255
    return pixels[:, :3] * alpha + backdrop * (1 - alpha)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.quality", description="Mattes beside rembg's."
    )
    parser.add_argument(
        "--photos", type=Path, help="a folder of photos, which are cut out and swap backgrounds"
    )
    parser.add_argument("--save", type=Path, help="a folder to leave the pictures and cut-outs in")
    parser.add_argument("--rembg", type=Path, default=REMBG, help="the Python that has rembg")
    parser.add_argument("--model", type=Path, default=MODEL, help="u2netp.onnx")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.save or Path(scratch)
        print(table(measure(options.rembg, options.model, folder, options.photos)))


if __name__ == "__main__":
    main()
