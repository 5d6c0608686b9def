"""A bound on the memory of a picture worker.

Linux enforces it: RLIMIT_DATA counts every private page that may be written. macOS has no limit that counts
what malloc maps, so there the process that waits for a worker watches the memory it uses.
"""

import resource
import sys
from pathlib import Path

IS_ENFORCED = sys.platform == "linux"


def data_bytes() -> int:
    """Return what of this process counts against RLIMIT_DATA."""
    if not IS_ENFORCED:
        return 0
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmData:"))


def limit(most: int) -> None:
    """Let every allocation fail that would take this process above so many bytes; -1 lifts the limit."""
    if IS_ENFORCED:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def used_bytes(pid: int) -> int:
    """Return the memory that another process uses."""
    import psutil  # which the local host has, the only one that runs on macOS

    return int(psutil.Process(pid).memory_info().rss)
