"""A terminal in memory."""

import io


class Terminal(io.StringIO):
    """What is written to it can be read, and it says that it is a terminal."""

    def isatty(self) -> bool:
        return True
