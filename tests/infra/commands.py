"""Run the commands of infra/ as users do."""

import subprocess
import sys
from pathlib import Path

from infra.local import ROOT


def run_module(module: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run `python -m module` in the repository's folder."""
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
