"""What hosts the endpoints and the site: this machine, Google Cloud Functions, GKE."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = ROOT / "functions"

# Commands import the endpoints' code by the same names as the hosts.
sys.path.insert(0, str(FUNCTIONS))
