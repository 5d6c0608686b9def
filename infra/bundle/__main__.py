"""python -m infra.bundle: pack the source of the Cloud Functions into one zip."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from common.removers.catalogue import CATALOGUE, LIGHT
from infra import FUNCTIONS
from infra.bundle.archive import packed, write
from infra.bundle.contents import MODELS, OWN, contents, model_files
from infra.errors import exit_status

_HELP = f"""Packs the functions into a zip that is named after its content, and prints its path. The same
files give the same zip, byte for byte. With --model it also contains a local model, in {MODELS}/, and the
requirements of the local remover. The zip's name says which: for functions-{LIGHT}-... set
LOCAL_MODEL={LIGHT} and LOCAL_MODEL_PATH={MODELS}; for functions-{OWN}-..., a model of your own, set
LOCAL_MODEL_PATH={MODELS}/{OWN}.onnx."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bundle, print its path and return the exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    stem, model = "functions", None
    if options.model:
        stem += f"-{options.model if options.model in CATALOGUE else OWN}"
        model = model_files(options.model, options.models)
    print(write(packed(contents(options.folder, model)), options.out, stem))
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
        metavar="MODEL",
        help="a model that `python -m infra.models list` shows, which is fetched if it is missing, or the"
        " path of an ONNX file of your own, with the JSON file beside it, if any",
    )
    data = os.environ.get("DATA_DIR") or ".data"
    parser.add_argument(
        "--models",
        metavar="FOLDER",
        type=Path,
        default=Path(data, "models"),
        help="where the models are kept (%(default)s)",
    )
    parser.add_argument(
        "--folder", type=Path, default=FUNCTIONS, help="source of the functions (%(default)s)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
