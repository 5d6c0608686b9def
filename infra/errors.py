"""What ends a command of infra/."""


class CommandError(Exception):
    """The command cannot go on; the message is one line that says why and what to do."""
