"""Why a local run cannot start or go on."""


class RunError(Exception):
    """The run ends; the message is one line that says why and what to do."""
