"""python -m infra.bundle: pack what a Cloud Function is deployed from into one zip."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.bundle import FUNCTIONS
from infra.bundle.archive import packed, write
from infra.bundle.contents import MODEL, contents
from infra.bundle.errors import BundleError

_HELP = f"""Packs the functions into a zip that is named by its content, and prints its path. The same files
become the same zip, to the last byte. With --model it also carries the local model, as {MODEL}, and what the
model needs: such a function sets LOCAL_MODEL_PATH={MODEL}."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bundle, print its path and return the exit status."""
    options = _parser().parse_args(arguments)
    stem = "functions-local" if options.model else "functions"
    try:
        print(write(packed(contents(options.folder, options.model)), options.out, stem))
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.bundle", description=_HELP)
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, default=Path("dist"), help="where to put it (%(default)s)"
    )
    parser.add_argument("--model", metavar="PATH", type=Path, help="the local model's ONNX file")
    parser.add_argument("--folder", type=Path, default=FUNCTIONS, help="the functions' files (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
