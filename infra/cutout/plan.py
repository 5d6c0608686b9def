"""Plan the pictures to process and the files to write."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from infra.cutout.files import shown

MARK = "-cut-out"
_READ = "jpg jpeg jfif png webp gif bmp tif tiff avif heic heif"
_READ_SUFFIXES = frozenset(f".{name}" for name in _READ.split())
# The suffixes of each format; the first is the default.
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    **{"png": (".png",), "jpg": (".jpg", ".jpeg"), "webp": (".webp",), "zip": (".zip",)},
}
WRITTEN_SUFFIXES = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)

Existing = Literal["fail", "overwrite", "skip", "update"]
Fail = Callable[[str, str], None]  # takes the name of a failed picture, and the reason


@dataclass(frozen=True)
class Task:
    """A picture (None: standard input) and the target of its cut-out (none: standard output).

    With the format auto there are two targets, for PNG and for JPEG.
    """

    source: Path | None
    targets: tuple[Path, ...]

    @property
    def name(self) -> str:
        """The picture's name for messages."""
        return shown(self.source or "standard input")

    def target(self, suffix: str) -> Path | None:
        """Return the target of a cut-out with this suffix."""
        return next((target for target in self.targets if target.suffix == suffix), (*self.targets, None)[0])


@dataclass(frozen=True)
class Naming:
    """The naming of cut-outs: beside their picture, in another folder, one file, or standard output."""

    kind: Literal["beside", "folder", "file", "stdout"]
    format: str  # auto, png, jpg, webp or zip
    output: Path = Path()  # the folder or the file

    def targets(self, source: Path, root: Path) -> tuple[Path, ...]:
        """Return the target for a picture that was found below a root folder."""
        if self.kind == "stdout":
            return ()
        if self.kind == "file":
            return (self.output,)
        place, mark = source, MARK
        if self.kind == "folder":
            place, mark = self.output / source.relative_to(root), ""
        suffixes = (".png", ".jpg") if self.format == "auto" else SUFFIXES[self.format][:1]
        return tuple(place.with_name(place.stem + mark + suffix) for suffix in suffixes)


@dataclass
class Plan:
    """The tasks of a run; remembers all targets, so that it does not process cut-outs as pictures."""

    naming: Naming
    existing: Existing
    fail: Fail
    skipped: int = 0
    _sources: dict[Path, Path] = field(default_factory=dict)  # by resolved path
    _targets: dict[Path, Path] = field(default_factory=dict)  # the picture of each target

    def find(self, inputs: Sequence[Path], *, may_be_empty: bool = False) -> list[tuple[Path, Path]]:
        """Return each picture once, with the root of its relative target."""
        found: dict[Path, Path] = {}
        for given in inputs:
            if not is_folder(given):
                found.setdefault(given, given.parent)
                continue
            errors: list[OSError] = []
            pictures = list(self._inside(given, errors))
            found.update((picture, given) for picture in pictures if picture not in found)
            for error in errors:
                self.fail(shown(error.filename), f"This folder cannot be read: {error.strerror}.")
            if not (pictures or errors or may_be_empty):
                self.fail(shown(given), "There is no picture in this folder.")
        return list(found.items())

    def _inside(self, root: Path, errors: list[OSError]) -> Iterator[Path]:
        """Yield the pictures in a folder and its subfolders, without cut-outs and hidden files."""
        for folder, folders, names in os.walk(root, onerror=errors.append):
            here = Path(folder)
            folders[:] = sorted(
                name for name in folders if name[0] != "." and not self._is_output(here / name)
            )
            for path in (here / name for name in sorted(names) if name[0] != "."):
                if path.suffix.lower() in _READ_SUFFIXES and not self._is_cut_out(path):
                    yield path

    def _is_output(self, folder: Path) -> bool:
        return self.naming.kind == "folder" and real(folder) == real(self.naming.output)

    def _is_cut_out(self, path: Path) -> bool:
        is_named_so = path.stem.endswith(MARK) and path.suffix in WRITTEN_SUFFIXES
        return is_named_so or real(path) in self._targets

    def tasks(self, found: Sequence[tuple[Path, Path]]) -> list[Task]:
        """Return the tasks for these pictures."""
        self._sources.update({real(source): source for source, _ in found})
        planned = [Task(source, self.naming.targets(source, root)) for source, root in found]
        return [task for task in planned if self._is_to_be_done(task)]

    def stdin_tasks(self) -> list[Task]:
        """Return the task for the picture on standard input."""
        task = Task(None, self.naming.targets(Path(), Path()))
        return [task] if self._is_to_be_done(task) else []

    def _is_to_be_done(self, task: Task) -> bool:
        problem = next(filter(None, (self._problem(task, target) for target in task.targets)), None)
        if problem is None and any(self._may_stay(task, target) for target in task.targets):
            self.skipped += 1
            return False
        if problem:
            self.fail(task.name, problem)
            return False
        return True

    def _problem(self, task: Task, target: Path) -> str | None:
        """Return the reason if a cut-out cannot be written to a file."""
        try:
            return self._overwritten(task, target) or self._in_the_way(target)
        except OSError as error:
            return f"Its cut-out would be {shown(target)}, which cannot be made: {error.strerror}."

    def _overwritten(self, task: Task, target: Path) -> str | None:
        place, source = real(target), task.source or Path()
        if place == real(source) or (target.exists() and source.exists() and target.samefile(source)):
            return "Its cut-out would overwrite it. Choose another name with -o."
        if place in self._sources:
            return f"Its cut-out would overwrite {shown(target)}, which is to be cut out, too."
        other = self._targets.setdefault(place, source)
        if other != source:
            return f"Its cut-out would be {shown(target)}, and so would that of {shown(other)}. Rename one."
        return None

    def _in_the_way(self, target: Path) -> str | None:
        if target.is_dir():
            return f"Its cut-out would be {shown(target)}, which is a folder."
        if target.exists() and self.existing == "fail":
            return f"{shown(target)} exists already. Use --overwrite or --skip-existing."
        return None

    def _may_stay(self, task: Task, target: Path) -> bool:
        """Tell whether to keep an existing cut-out."""
        if self.existing not in ("skip", "update") or not target.exists():
            return False
        return (
            self.existing == "skip"
            or task.source is None
            or target.stat().st_mtime >= task.source.stat().st_mtime
        )


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder, false if it cannot be accessed."""
    try:
        return path.is_dir()
    except OSError:
        return False


def real(path: Path) -> Path:
    """Return the resolved path, which need not exist."""
    return Path(os.path.realpath(path))
