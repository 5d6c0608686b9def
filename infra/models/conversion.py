"""Keep a converted copy beside a model's file, which is as good and faster on every processor."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from common.removers.catalogue import CONVERTED

# For each model the layers to convert, and the largest value of their input on any photo, measured by
# `python -m tests.bench.activations`.
_LARGEST_INPUTS = Path(__file__).with_name("largest_inputs.json")


def keep_converted(name: str, original: Path, stream: TextIO) -> None:
    """Convert a model's file if it has layers for it and no newer copy; a failure costs only speed."""
    largest_inputs: Mapping[str, float] = json.loads(_LARGEST_INPUTS.read_text()).get(name, {})
    target = original.with_suffix(CONVERTED)
    if not largest_inputs or _is_newer(target, original):
        return
    print(f"Converting {name} to 8 bits ...", file=stream, flush=True)
    try:
        _convert(original, largest_inputs, target)
    except (ImportError, OSError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[-1]
        print(f"{name} stays slower, because it could not be converted: {reason}", file=stream, flush=True)


def with_copy(original: Path) -> tuple[Path, ...]:
    """Return the paths of a model's file, and of both files of its converted copy if there is one."""
    description = original.with_suffix(CONVERTED)
    copy = (description, description.with_suffix(".bin"))
    return (original, *copy) if description.exists() else (original,)


def _is_newer(target: Path, original: Path) -> bool:
    """Tell whether the copy is newer than what it was made from."""
    made_from = (original, _LARGEST_INPUTS)
    return target.exists() and all(target.stat().st_mtime >= path.stat().st_mtime for path in made_from)


def _convert(original: Path, largest_inputs: Mapping[str, float], target: Path) -> None:
    """Write both files of the copy, complete or not at all."""
    from infra.models.eight_bit import write_converted  # only here is OpenVINO needed

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".converting-") as folder:
        made = Path(folder, target.name)
        write_converted(original, largest_inputs, made)
        # Readers look for the .xml, so the weights have to be there before it.
        made.with_suffix(".bin").replace(target.with_suffix(".bin"))
        made.replace(target)
