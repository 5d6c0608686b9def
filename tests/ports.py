"""Ports for the servers that tests start."""

import contextlib
import os
import random
import socket

# Below the ephemeral ports, so that the system does not give them to connections while their server is down.
_RANGE = range(20_000, 32_000)
# pytest-xdist numbers its workers gw0, gw1, ...; each has its own ports.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_OURS = _RANGE[_WORKER::_WORKERS]
_left = iter(random.sample(_OURS, len(_OURS)))


def free_port() -> int:
    """Return an unused port of this machine, a new one for each call."""
    for port in _left:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("there is no free port")
