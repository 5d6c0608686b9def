"""Find the files of a local model, and how to use each of its networks."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from common.removers.catalogue import (
    CATALOGUE,
    U2NET_INPUT,
    U2NET_OUTPUT,
    Fill,
    Input,
    Model,
    Output,
    Part,
    models,
)
from common.removers.sidecar import SidecarError, describe


class ModelError(ValueError):
    """A model cannot be used; the message is one line that names the setting and says what it should be."""


@dataclass(frozen=True, slots=True)
class Source:
    """One run of a network: its file, and how to use it."""

    file: Path
    input: Input
    output: Output
    fill: Fill
    is_mirrored: bool = False


def sources(name: str, path: Path) -> tuple[Source, ...]:
    """Return the runs of the file `path`, or of a catalogue entry whose files are in the folder `path`.

    sources("u2net-pair", Path(".data/models")) needs u2net.onnx and u2netp.onnx there. A file is used as
    its sidecar says, else as the catalogue entry with its SHA-256 says. Raises ModelError.
    """
    return _named(name, path) if path.is_dir() else (_of_file(path),)


def _of_file(file: Path) -> Source:
    try:
        described = describe(file) or _published(file) or (U2NET_INPUT, U2NET_OUTPUT)
    except SidecarError as error:
        raise ModelError(str(error)) from error
    except OSError as error:
        raise ModelError(f"LOCAL_MODEL_PATH is malformed; {file} cannot be read: {error.strerror}") from error
    input, output = described
    return Source(file, input, output, input.fill)


def _published(file: Path) -> tuple[Input, Output] | None:
    """Return input and output of the catalogue entry with this file's SHA-256, None if there is none."""
    size = file.stat().st_size
    candidates = [
        entry for entry in CATALOGUE.values() if isinstance(entry, Model) and entry.file.size == size
    ]
    if not candidates:
        return None
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return next(((entry.input, entry.output) for entry in candidates if entry.file.sha256 == digest), None)


def _named(name: str, folder: Path) -> tuple[Source, ...]:
    entry = CATALOGUE.get(name)
    if entry is None:
        raise ModelError(f"LOCAL_MODEL is malformed; it should be one of {', '.join(CATALOGUE)}")
    known = models(name)
    parts = (Part(model=name, fill=entry.input.fill),) if isinstance(entry, Model) else entry.parts
    return tuple(_source(part, known[part.model], folder) for part in parts)


def _source(part: Part, model: Model, folder: Path) -> Source:
    file = folder / f"{part.model}.onnx"
    if not file.is_file():
        raise ModelError(
            f"LOCAL_MODEL_PATH is malformed; its folder should have {file.name} in it"
            f" (python -m infra.models fetch {part.model} --folder {folder})"
        )
    return Source(file, model.input, model.output, part.fill, part.is_mirrored)
