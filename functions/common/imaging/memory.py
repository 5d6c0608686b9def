"""Limit the memory of a picture worker.

Linux enforces it: RLIMIT_DATA counts all private writable pages. macOS has no limit that includes
the mappings of malloc, so there the host watches the memory of its workers.
"""

import resource
import sys
from pathlib import Path

IS_ENFORCED = sys.platform == "linux"


def data_bytes() -> int:
    """Return the bytes of this process that count against RLIMIT_DATA."""
    if not IS_ENFORCED:
        return 0
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmData:"))


def limit(most: int) -> None:
    """Make allocations beyond this many bytes fail in this process; -1 removes the limit."""
    if IS_ENFORCED:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def used_bytes(pid: int) -> int:
    """Return the memory that another process uses."""
    import psutil  # only the local host has it, and only that host runs on macOS

    return int(psutil.Process(pid).memory_info().rss)
