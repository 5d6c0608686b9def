"""Which tests one worker of pytest-xdist runs together: those that share a host, or else those of a file."""

import re

from xdist.scheduler import LoadScopeScheduling

# The hosts that one fixture of a session or package starts, as they are written in the names of tests.
_HOSTS = re.compile(r"(?:\+?(?:functions|app)-(?:inline|bucket))+")
# Their tests share nothing, so that any worker may run any of them.
_APART = ("tests/integration/test_local_run.py", "tests/chaos/test_chaos.py")


def shared_by(nodeid: str) -> str:
    """Return what a test shares with others: the name of its hosts, of its file, or only its own."""
    path, _, name = nodeid.partition("::")
    hosts = _HOSTS.search(name)
    return nodeid if path in _APART else hosts[0] if hosts else path


class Spread(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker all tests that share something.

    The marker xdist_group is meant for this, but that of pytest-xdist 3.8 has no effect with pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)
