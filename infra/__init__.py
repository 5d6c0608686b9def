"""The hosts of the endpoints and the site: this machine, Google Cloud Functions and GKE."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = ROOT / "functions"

# Commands import the code in functions/ by the same names as the hosts do.
sys.path.insert(0, str(FUNCTIONS))
