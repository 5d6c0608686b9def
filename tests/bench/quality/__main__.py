"""python -m tests.bench quality: compare mattes of our models and of others with known ones."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from infra.local import ROOT
from infra.models.files import fetch
from tests.bench.quality import report
from tests.bench.quality.known import Known, known
from tests.bench.quality.makers import MODELS, REMBG, Maker, makers
from tests.bench.quality.metrics import Errors, errors
from tests.bench.quality.sheet import draw

PAIRS = ROOT.parent / "shared" / "pairs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and return the exit status."""
    options = _options(arguments)
    if not REMBG.exists():
        print("rembg is not installed; `make bench` does that first.", file=sys.stderr)
        return 1
    fetch("u2net-pair", MODELS)
    with tempfile.TemporaryDirectory() as scratch:
        if options.sheet:
            draw(options.sheet, options.photos, options.keep or Path(scratch))
        else:
            print(report.markdown(measure(makers(), [*known(options.pairs)], options.keep or Path(scratch))))
    return 0


def measure(each: Sequence[Maker], photos: Sequence[Known], folder: Path) -> report.Measured:
    """Let all makers make every photo's matte in `folder`, and return the measures."""
    given = folder / "photos"
    given.mkdir(parents=True, exist_ok=True)
    for photo in photos:
        photo.photo.save(given / f"{photo.name}.png", compress_level=1)
    measured: dict[str, dict[str, list[Errors]]] = {}
    for maker in each:
        mattes = folder / maker.name
        maker.make(given, mattes)
        for photo in photos:
            found = _errors(mattes / f"{photo.name}.png", photo.matte)
            measured.setdefault(photo.group, {}).setdefault(maker.name, []).append(found)
    return measured


def _errors(path: Path, truth: Image.Image) -> Errors:
    with Image.open(path) as matte:
        found = matte if matte.size == truth.size else matte.resize(truth.size, Image.Resampling.LANCZOS)
        return errors(np.asarray(found), np.asarray(truth))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench quality", description=__doc__)
    parser.add_argument(
        "--pairs", type=Path, metavar="FOLDER", default=PAIRS, help="photos NAME.jpg with mattes NAME.png"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="where to leave the mattes, and find them"
    )
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="draw crops instead, as JPEG")
    parser.add_argument(
        "--photos", type=Path, metavar="FOLDER", default=PAIRS.with_name("samples"), help="of the sheet"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
