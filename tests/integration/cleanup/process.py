"""cleanup.py, for which every object is old enough to be a stray: the emulator makes none of the past."""

import sys
from datetime import timedelta

import cleanup
from common.service import library

if __name__ == "__main__":
    library.STRAY_AGE = timedelta(minutes=-1)
    sys.exit(cleanup.main())
