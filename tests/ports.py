"""Ports for the servers that tests start."""

import contextlib
import random
import socket

# Below those that the system gives to connections: nobody takes one while its server is not up yet, or down.
_RANGE = range(20_000, 32_000)
_left = iter(random.sample(_RANGE, len(_RANGE)))


def free_port() -> int:
    """Return a port of this machine that nothing listens on, and that nobody else here was given."""
    for port in _left:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("there is no free port")
