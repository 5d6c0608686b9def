"""How the commands in infra/ fail and end."""

import sys
from collections.abc import Callable


class CommandError(Exception):
    """The command cannot go on; the message is one line that says why and what to do."""


class Skipped(Exception):
    """A migration leaves the images of a record where they are; the message says why."""


class Vanished(Exception):
    """A migration finds nothing left to move of a record; the message says why."""

    why = "moved by another run"

    def __init__(self) -> None:
        super().__init__(self.why)


class Deleted(Vanished):
    """The record was deleted after the migration listed it."""

    why = "deleted in the meantime"


def exit_status(command: Callable[[], int], *, interrupted: str = "Stopped.") -> int:
    """Run a command and return its exit status; a failure or Ctrl-C is one line on stderr."""
    try:
        return command()
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(interrupted, file=sys.stderr)
        return 130
