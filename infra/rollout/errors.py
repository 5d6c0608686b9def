"""Why nothing can be rolled out."""


class RolloutError(Exception):
    """The run ends; the message is one line that says why and what to do."""
