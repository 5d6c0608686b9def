"""Which files a local model consists of, and how each of its networks is used."""

from dataclasses import dataclass
from pathlib import Path

from common.removers.catalogue import CATALOGUE, Fill, Input, Model, Output, Part, models
from common.removers.sidecar import SidecarError, describe


class ModelError(ValueError):
    """A model cannot be used; the message is one line that names the setting and what it should be."""


@dataclass(frozen=True, slots=True)
class Source:
    """One run of a network: its file, and how it is used."""

    file: Path
    input: Input
    output: Output
    fill: Fill
    is_mirrored: bool = False


def sources(name: str, path: Path) -> tuple[Source, ...]:
    """Return the runs of a model of one's own, or of a catalogue entry whose files are in the folder `path`.

    sources("u2net-pair", Path(".data/models")) needs u2net.onnx and u2netp.onnx there. Raises ModelError.
    """
    return _named(name, path) if path.is_dir() else (_own(path),)


def _own(file: Path) -> Source:
    try:
        input, output = describe(file)
    except SidecarError as error:
        raise ModelError(str(error)) from error
    return Source(file, input, output, input.fill)


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
