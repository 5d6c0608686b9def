"""Why a run, or one record of it, does not get through."""


class MigrationError(Exception):
    """The run ends; the message is one line that says why and what to do."""


class Left(Exception):
    """The record keeps its images where they are; the message says why."""


class Gone(Exception):
    """There is nothing left to move; the message says why."""

    why = "moved by another run"

    def __init__(self) -> None:
        super().__init__(self.why)


class Deleted(Gone):
    """There is no such record any more."""

    why = "deleted in the meantime"
