"""The command line: the pictures, their options and their targets."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.domain.options import CutoutOptions
from common.imaging.parallel import processors
from common.removers.catalogue import CATALOGUE
from common.web.dialects import parameters
from infra.cutout.files import shown
from infra.cutout.plan import MARK, SUFFIXES, Existing, Naming, is_folder, real

_HELP = f"""Removes the backgrounds of pictures on this machine, without a server. The cut-out of photo.jpg is
photo{MARK}.png beside it, unless -o names another target. Folders are searched with their subfolders,
without hidden files and files named like a cut-out. The model and the settings (LOCAL_MODEL,
X_RAPID_API_KEY, DATA_DIR ...) are those of `make run`. The exit status
is 1 if a picture failed, 2 for a mistake in the command, and 130 after Ctrl-C; the same command with
--skip-existing continues."""
_OPTIONS = {
    "size": "auto, preview (0.25 megapixels), medium (1.5), hd (4), full or 4k (25), 50MP; never larger than"
    " the picture",
    "format": "png, jpg, webp, zip (color.jpg and alpha.png), or auto (png if anything is transparent, else"
    " jpg); by default what -o is called, or png",
    "channels": "rgba, or alpha for the matte alone",
    "bg-color": "hexadecimal digits (fff, 81d4fa, 81d4fa80) or the CSS name of the background",
    "crop-margin": "around the subject with --crop: 1, 2 or 4 lengths, '10px' or '5%% 10%%'",
    "scale": "of the subject beside the canvas: original, or 10%% to 100%%",
    "position": "of the subject: original, center, or one or two percentages, '50%% 90%%'",
    "roi": "the region with the subject: left, top, right and bottom, '10%% 0%% 90%% 100%%' or in pixels",
    "to-remove": "background, or foreground to keep the background instead",
}


@dataclass(frozen=True)
class Arguments:
    """A valid command line."""

    inputs: Sequence[Path]  # none: standard input
    naming: Naming
    existing: Existing
    options: CutoutOptions
    backdrop: Path | None
    jobs: int
    model: str | None
    is_watching: bool


def read(given: Sequence[str] | None) -> Arguments:
    """Parse a command line; a mistake ends the process with status 2."""
    parser = _parser()
    chosen = parser.parse_args(given)
    inputs = [Path(text) for text in chosen.inputs if text != "-"]
    if len(inputs) < len(chosen.inputs) > 1:
        parser.error("-, which is standard input, must be the only input.")
    if chosen.watch and not all(map(is_folder, inputs or [Path("-")])):
        parser.error("--watch is for folders that exist.")
    naming = _naming(parser, chosen, inputs)
    return Arguments(
        inputs=inputs,
        naming=naming,
        existing=chosen.existing or ("update" if chosen.watch else "fail"),
        options=_cutout_options(parser, chosen, naming.format),
        backdrop=chosen.bg_image,
        jobs=chosen.jobs,
        model=chosen.model,
        is_watching=chosen.watch,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.cutout", description=_HELP)
    parser.add_argument(
        "inputs", metavar="INPUT", nargs="+", help="a file, a folder, or - for standard input"
    )
    parser.add_argument(
        *("-o", "--output"),
        help="a file that ends in .png, .jpg, .webp or .zip; - for standard output; any other name is a"
        " folder, in which a searched folder keeps its shape and cut-outs the pictures' names",
    )
    existing = parser.add_mutually_exclusive_group()
    for name, meaning in {
        "overwrite": "replace cut-outs that exist (otherwise each is a failure)",
        "skip-existing": "leave out pictures whose cut-outs exist",
    }.items():
        value = name.partition("-")[0]
        existing.add_argument(
            f"--{name}", dest="existing", action="store_const", const=value, default=None, help=meaning
        )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="continue until Ctrl-C with new pictures, and with those newer than their cut-outs",
    )
    parser.add_argument(
        *("-j", "--jobs"), metavar="N", type=_jobs, default=processors() + 1, help="pictures at a time"
    )
    parser.add_argument("--model", choices=tuple(CATALOGUE), help="a local model, fetched if it is missing")
    parser.add_argument("--bg-image", metavar="FILE", type=Path, help="a picture that covers the background")
    parser.add_argument("--crop", action="store_const", const="true", help="crop to the subject")
    for name, meaning in _OPTIONS.items():
        parser.add_argument(f"--{name}", metavar="VALUE", help=meaning)
    return parser


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 64")
    return int(text)


def _naming(parser: argparse.ArgumentParser, chosen: argparse.Namespace, inputs: Sequence[Path]) -> Naming:
    format = (chosen.format or "").lower().replace("jpeg", "jpg")
    is_one_file = len(chosen.inputs) == 1 and not any(map(is_folder, inputs))
    if chosen.output == "-" or (chosen.output is None and not inputs):
        if not is_one_file:
            parser.error("Standard output takes one cut-out. Name a folder with -o.")
        if sys.stdout.isatty():
            parser.error("Standard output is this terminal. Send it to a file, or name one with -o.")
        return Naming("stdout", format or "png")
    if chosen.output is None:
        return Naming("beside", format or "png")
    output = Path(chosen.output)
    named = None if chosen.output.endswith("/") or is_folder(output) else _format_of(output)
    if named is None:
        _check_folder(parser, output, inputs)
        return Naming("folder", format or "png", output)
    if not is_one_file:
        parser.error(f"-o names a file, {shown(output)}, but there may be several pictures. Name a folder.")
    if format not in ("", named):
        parser.error(f"-o {shown(output)} and --format {format} contradict each other.")
    return Naming("file", named, output)


def _check_folder(parser: argparse.ArgumentParser, output: Path, inputs: Sequence[Path]) -> None:
    if not inputs:
        parser.error("Standard input has no name. Name a file with -o.")
    if any(is_folder(each) and real(each) == real(output) for each in inputs):
        parser.error(
            "-o must be another folder than the input. Without -o, cut-outs are beside the pictures."
        )


def _format_of(path: Path) -> str | None:
    """Return the format of a file's suffix."""
    return next((format for format, suffixes in SUFFIXES.items() if path.suffix.lower() in suffixes), None)


def _cutout_options(
    parser: argparse.ArgumentParser, chosen: argparse.Namespace, format: str
) -> CutoutOptions:
    if chosen.bg_color and chosen.bg_image:
        parser.error("Choose only one of --bg-color and --bg-image.")
    texts = {name: vars(chosen)[name.replace("-", "_")] for name in (*_OPTIONS, "crop")}
    texts = {name.replace("-", "_"): text for name, text in texts.items() if text is not None}
    texts["format"] = format
    try:
        return parameters.parse(texts)
    except parameters.InvalidValue as error:
        name = error.name.replace("_", "-")
        parser.error(
            f"argument --{name}: {texts[error.name]!r} is none of: {_OPTIONS[name]}".replace("%%", "%")
        )
