"""A terminal in memory."""

import io


class Terminal(io.StringIO):
    """Keeps the written text, and claims to be a terminal."""

    def isatty(self) -> bool:
        return True
