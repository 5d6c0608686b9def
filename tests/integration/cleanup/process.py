"""cleanup.py with every object old enough to be an orphan, because the emulator cannot backdate objects."""

import sys
from datetime import timedelta

import cleanup
from common import timeouts

if __name__ == "__main__":
    timeouts.ORPHAN_AGE = timedelta(minutes=-1)
    timeouts.TOLERATED_ORPHANS = 10**9  # killed cleanups leave many orphans
    sys.exit(cleanup.main())
