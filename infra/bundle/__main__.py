"""python -m infra.bundle: pack the source of the Cloud Functions into one zip."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from infra import FUNCTIONS
from infra.bundle.archive import packed, write
from infra.bundle.contents import MODEL, contents
from infra.errors import exit_status

_HELP = f"""Packs the functions into a zip that is named after its content, and prints its path. The same
files give the same zip, byte for byte. With --model it also contains the local model, as {MODEL}, and
the requirements of the local remover: set LOCAL_MODEL_PATH={MODEL} for such a function."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bundle, print its path and return the exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    stem = "functions-local" if options.model else "functions"
    print(write(packed(contents(options.folder, options.model)), options.out, stem))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.bundle", description=_HELP)
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        type=Path,
        default=Path("dist"),
        help="the folder for the zip (%(default)s)",
    )
    parser.add_argument(
        "--model",
        metavar="PATH",
        type=Path,
        help="the local model's ONNX file, with the JSON file beside it, if any",
    )
    parser.add_argument(
        "--folder", type=Path, default=FUNCTIONS, help="source of the functions (%(default)s)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
