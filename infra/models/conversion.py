"""Keep a converted copy of a model beside its file; the copy is about as good, and faster."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from common.removers.catalogue import CONVERTED

# For each model the layers to convert, each with its largest input value on many photos, measured by
# `python -m tests.bench.activations`.
_LARGEST_INPUTS = Path(__file__).with_name("largest_inputs.json")


def keep_converted(name: str, original: Path, stream: TextIO) -> None:
    """Convert a model unless its copy is current; after a failure the original is used."""
    largest_inputs: Mapping[str, float] = json.loads(_LARGEST_INPUTS.read_text()).get(name, {})
    target = original.with_suffix(CONVERTED)
    if not largest_inputs or _is_current(target, original):
        return
    print(f"Converting {name} to 8 bits ...", file=stream, flush=True)
    try:
        _convert(original, largest_inputs, target)
    except (ImportError, KeyError, MemoryError, OSError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        print(f"{name} stays slower, because it could not be converted: {reason}", file=stream, flush=True)


def with_copy(original: Path) -> tuple[Path, ...]:
    """Return the paths of a model's file, and of both files of its converted copy if there is one."""
    description = original.with_suffix(CONVERTED)
    copy = (description, description.with_suffix(".bin"))
    return (original, *copy) if description.exists() else (original,)


def _is_current(target: Path, original: Path) -> bool:
    """Tell whether both files of the copy exist and are not older than what they were made from."""
    made_from = (original, _LARGEST_INPUTS, _LARGEST_INPUTS.with_name("eight_bit.py"))
    is_complete = target.exists() and target.with_suffix(".bin").exists()
    return is_complete and all(target.stat().st_mtime >= path.stat().st_mtime for path in made_from)


def _convert(original: Path, largest_inputs: Mapping[str, float], target: Path) -> None:
    """Write both files of the copy, complete or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".converting-") as folder:
        target.unlink(missing_ok=True)  # until the new copy is complete, the original is used
        from infra.models.eight_bit import write_converted  # only here is OpenVINO needed

        made = Path(folder, target.name)
        write_converted(original, largest_inputs, made)
        # Readers look for the .xml, so the weights have to be there before it.
        made.with_suffix(".bin").replace(target.with_suffix(".bin"))
        made.replace(target)
