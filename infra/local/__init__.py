"""The local host: an embedded database and the application on this machine, started by one command."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "functions"

# The code of the endpoints is found here, as by every host.
sys.path.insert(0, str(FUNCTIONS))
