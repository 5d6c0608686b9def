"""python -m infra.models: list, fetch and check the local models."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from common.removers.catalogue import models
from infra.errors import CommandError, exit_status
from infra.models.files import check_name, fault, fetch, path_of
from infra.models.listing import table

_HELP = """Lists, fetches and checks the models that remove backgrounds on this machine. If a download is
interrupted, the next run resumes it; a file is moved into place only if its SHA-256 is the published one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands and return the exit status."""
    options = _parser().parse_args(arguments)
    kept = "Stopped. The partial download is kept; run again to resume."
    return exit_status(lambda: _run(options), interrupted=kept)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.models", description=_HELP)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="show the models with licence, size, time and memory")
    listing.set_defaults(run=lambda options: table(options.folder))
    fetching = commands.add_parser("fetch", help="download a model if it is missing, and print its path")
    fetching.set_defaults(run=lambda options: fetch(options.name, options.folder))
    checking = commands.add_parser("check", help="compare a model's file with the published SHA-256")
    checking.set_defaults(run=_check)
    for command in (fetching, checking):
        command.add_argument("name", metavar="NAME", help="a model of the list")
    checking.add_argument(
        "file", metavar="FILE", type=Path, nargs="?", help="the file to check; by default the fetched one"
    )
    data = os.environ.get("DATA_DIR") or ".data"
    for command in (listing, fetching, checking):
        command.add_argument(
            "--folder",
            metavar="FOLDER",
            type=Path,
            default=Path(data, "models"),
            help="where the models are kept (%(default)s)",
        )
    return parser


def _run(options: argparse.Namespace) -> int:
    for line in options.run(options):
        print(line, flush=True)
    return 0


def _check(options: argparse.Namespace) -> list[str]:
    check_name(options.name)
    parts = models(options.name)
    if options.file is not None and len(parts) > 1:
        raise CommandError(f"{options.name} combines {', '.join(parts)}: check the file against one of them.")
    paths = {name: options.file or path_of(name, options.folder) for name in parts}
    for name, path in paths.items():
        wrong = fault(path, parts[name].file)
        if wrong is not None:
            raise CommandError(f"{path} is not {name}: it {wrong}. `make model MODEL={name}` fetches it.")
    return [f"{path} is {name}." for name, path in paths.items()]


if __name__ == "__main__":
    sys.exit(main())
