"""python -m tests.bench: compare this project with the alternatives; only ratios count.

Every row runs in rounds in which the contenders take turns. Prints the ratios as a Markdown table. `python -m
tests.bench quality` measures mattes instead.
"""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tests.bench import stage, table
from tests.bench.alternation import Figure
from tests.bench.contenders import REMBG
from tests.bench.photos import Photos
from tests.bench.plots import draw
from tests.bench.quality import __main__ as quality
from tests.bench.rows import ROWS

_QUALITY = "quality"  # not a row but a separate command, because it measures mattes and not time


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [_QUALITY]:
        return quality.main(given[1:])
    options = _options(given)
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, _leave)
    if not REMBG.exists():
        print("rembg is not installed; `make bench` does that first.", file=sys.stderr)
        return 1
    figures: list[Figure] = []
    try:
        for name in options.rows or ROWS:
            with stage.running(Photos(options.photos), options.rounds, is_quick=options.quick) as row:
                figures += ROWS[name](row)
    finally:  # a run takes long, so report the measured rows even if it is interrupted
        _tell(figures, options.json, options.plots)
    return 0


def _tell(figures: Sequence[Figure], file: Path | None, plots: Path | None) -> None:
    print(table.markdown(figures))
    if file:
        file.write_text(json.dumps([table.described(figure) for figure in figures], indent=1) + "\n")
    if plots:
        draw(figures, plots)


def _leave(*_: object) -> NoReturn:
    sys.exit(130)  # so that the servers are ended


def _row(name: str) -> str:
    if name not in ROWS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(ROWS)}")
    return name


def _rounds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", metavar="ROW", nargs="*", type=_row, help=f"{', '.join(ROWS)} (all of them)")
    parser.add_argument("--rounds", type=_rounds, default=5, help="how often each has its turn (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="ten times fewer records in growth and expiry")
    parser.add_argument(
        "--photos", type=Path, metavar="FOLDER", help="your own instead of those made by code"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="where to write every round of every figure"
    )
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="where to draw some of them as PNG")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
