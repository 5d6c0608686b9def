"""The tests that one worker of pytest-xdist runs together: those of a host, or those of a file."""

import re

from xdist.scheduler import LoadScopeScheduling

# The names of hosts that one fixture of a session or package starts, as in the ids of tests.
_HOSTS = re.compile(r"(?:\+?(?:functions|app)-(?:inline|bucket))+")
# Tests that share nothing, so any worker may run any of them.
_APART = ("tests/integration/test_local_run.py", "tests/chaos/test_chaos.py")


def shared_by(nodeid: str) -> str:
    """Return what a test shares with others: its hosts, its file, or nothing."""
    path, _, name = nodeid.partition("::")
    hosts = _HOSTS.search(name)
    return nodeid if path in _APART else hosts[0] if hosts else path


class Spread(LoadScopeScheduling):  # type: ignore[misc]
    """Gives all tests that share something to one worker.

    The marker xdist_group of pytest-xdist 3.8 does this too, but has no effect with pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)
