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
    if not largest_inputs or _is_current(original):
        return
    print(f"Converting {name} to 8 bits ...", file=stream, flush=True)
    try:
        _convert(original, largest_inputs)
    except (ImportError, KeyError, MemoryError, OSError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        print(f"{name} stays slower, because it could not be converted: {reason}", file=stream, flush=True)


def with_copy(original: Path) -> tuple[Path, ...]:
    """Return the paths of a model's file, and of both files of its converted copy if there is one."""
    copy = _copy_of(original)
    return (original, *copy) if copy[0].exists() else (original,)


def _copy_of(original: Path) -> tuple[Path, Path]:
    """Return the paths of a copy: the description of the network, and its weights."""
    description = original.with_suffix(CONVERTED)
    return description, description.with_suffix(".bin")


def _is_current(original: Path) -> bool:
    """Tell whether both files of the copy exist and are not older than what they were made from."""
    description, weights = _copy_of(original)
    made_from = (original, _LARGEST_INPUTS, _LARGEST_INPUTS.with_name("eight_bit.py"))
    is_complete = description.exists() and weights.exists()
    return is_complete and all(description.stat().st_mtime >= path.stat().st_mtime for path in made_from)


def _convert(original: Path, largest_inputs: Mapping[str, float]) -> None:
    """Write both files of the copy, complete or not at all."""
    description, weights = _copy_of(original)
    with tempfile.TemporaryDirectory(dir=original.parent, prefix=".converting-") as folder:
        description.unlink(missing_ok=True)  # until the new copy is complete, the original is used
        from infra.models.eight_bit import write_converted  # only here is OpenVINO needed

        made = Path(folder, description.name)
        write_converted(original, largest_inputs, made)
        # Readers look for the .xml, so the weights have to be there before it.
        Path(folder, weights.name).replace(weights)
        made.replace(description)
