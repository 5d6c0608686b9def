"""Which pictures are cut out, and into which files."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from infra.cutout.files import shown

MARK = "-cut-out"
_READ = "jpg jpeg jfif png webp gif bmp tif tiff avif heic heif"
_READ_SUFFIXES = frozenset(f".{name}" for name in _READ.split())
# What a cut-out of each format can be called; the first is its name where none was given.
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    **{"png": (".png",), "jpg": (".jpg", ".jpeg"), "webp": (".webp",), "zip": (".zip",)},
}
WRITTEN_SUFFIXES = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)

Existing = Literal["fail", "overwrite", "skip", "update"]
Fail = Callable[[str, str], None]  # takes the name of what failed, and why


@dataclass(frozen=True)
class Task:
    """A picture (None: standard input) and where its cut-out goes (none: standard output).

    There are two targets where the format is auto, for PNG and for JPEG.
    """

    source: Path | None
    targets: tuple[Path, ...]

    @property
    def name(self) -> str:
        """The picture's name, to be shown."""
        return shown(self.source or "standard input")

    def target(self, suffix: str) -> Path | None:
        """Return where a cut-out goes whose format has this suffix."""
        return next((target for target in self.targets if target.suffix == suffix), (*self.targets, None)[0])


@dataclass(frozen=True)
class Naming:
    """How cut-outs are named: for the folder of their picture, for another one, all alike, or not at all."""

    kind: Literal["beside", "folder", "file", "stdout"]
    format: str  # auto, png, jpg, webp or zip
    output: Path = Path()  # the folder or the file

    def targets(self, source: Path, root: Path) -> tuple[Path, ...]:
        """Return where the cut-out of a picture goes that was found below a root folder."""
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
    """The tasks of a run; remembers what it gave away, so that no cut-out is taken for a picture."""

    naming: Naming
    existing: Existing
    fail: Fail
    skipped: int = 0
    _sources: dict[Path, Path] = field(default_factory=dict)  # by the file that they lead to
    _targets: dict[Path, Path] = field(default_factory=dict)  # the picture of each

    def find(self, inputs: Sequence[Path], *, may_be_empty: bool = False) -> list[tuple[Path, Path]]:
        """Return each picture once, with the root that its cut-out's place is relative to."""
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
        """Yield the pictures in a folder and those below, except cut-outs and what is hidden."""
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
        """Return what is to be done of these pictures."""
        self._sources.update({real(source): source for source, _ in found})
        planned = [Task(source, self.naming.targets(source, root)) for source, root in found]
        return [task for task in planned if self._is_to_be_done(task)]

    def stdin_tasks(self) -> list[Task]:
        """Return what is to be done of the picture that comes from standard input."""
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
        """Return why a cut-out cannot go to a file."""
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
        """Tell whether a cut-out from before is good enough."""
        if self.existing not in ("skip", "update") or not target.exists():
            return False
        return (
            self.existing == "skip"
            or task.source is None
            or target.stat().st_mtime >= task.source.stat().st_mtime
        )


def is_folder(path: Path) -> bool:
    """Tell whether a path leads to a folder, as far as it can be looked at."""
    try:
        return path.is_dir()
    except OSError:
        return False


def real(path: Path) -> Path:
    """Return the file that a path leads to, which need not exist."""
    return Path(os.path.realpath(path))
