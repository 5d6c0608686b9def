"""Watch folders, and process pictures once they are written completely."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from infra.cutout.plan import Plan
from infra.cutout.work import Pool

POLL_SECONDS = 1.0  # in which a file's size and time must not change

State = tuple[int, int]  # bytes, and the time of the last change


class Watcher:
    """Finds pictures that have not changed since the last check; returns each state of a file once."""

    def __init__(self, folders: Sequence[Path], plan: Plan) -> None:
        self._folders = folders
        self._plan = plan
        self._last: dict[Path, State] = {}
        self._found: dict[Path, State] = {}

    def look(self) -> list[tuple[Path, Path]]:
        """Return the pictures whose size and time have not changed since the last call, with their roots."""
        present = [
            (path, root, _state(path)) for path, root in self._plan.find(self._folders, may_be_empty=True)
        ]
        ready = {
            path: root
            for path, root, state in present
            if state and state == self._last.get(path) and state != self._found.get(path)
        }
        self._last = {path: state for path, _, state in present if state}
        self._found.update((path, self._last[path]) for path in ready)
        return list(ready.items())


def watch(folders: Sequence[Path], plan: Plan, pool: Pool) -> NoReturn:
    """Process new pictures until Ctrl-C."""
    watcher = Watcher(folders, plan)
    while True:
        for task in plan.tasks(watcher.look()):
            pool.submit(task)
        until = time.monotonic() + POLL_SECONDS
        while pool.settle(max(0, until - time.monotonic())) and time.monotonic() < until:
            pass
        time.sleep(max(0, until - time.monotonic()))


def _state(path: Path) -> State | None:
    try:
        found = path.stat()
    except OSError:  # it was deleted, or is a broken link
        return None
    return found.st_size, found.st_mtime_ns
