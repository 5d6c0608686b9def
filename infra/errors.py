"""The errors and exit statuses of the commands in infra/."""

import sys
from collections.abc import Callable


class CommandError(Exception):
    """A command has failed; the message is one line that says why and what to do."""


class Skipped(Exception):
    """A migration does not move a record's images; the message says why."""


class Vanished(Exception):
    """A migration finds nothing to move in a record; the message says why."""

    why = "moved by another run"

    def __init__(self) -> None:
        super().__init__(self.why)


class Deleted(Vanished):
    """The record was deleted after the migration listed it."""

    why = "deleted in the meantime"


def exit_status(command: Callable[[], int], *, interrupted: str = "Stopped.") -> int:
    """Run a command and return its exit status; print one line for an error or Ctrl-C."""
    try:
        return command()
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(interrupted, file=sys.stderr)
        return 130
