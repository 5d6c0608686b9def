"""The cost of refusing a picture, measured in a separate process for each."""

import functools
import json
import os
import subprocess
import sys

import pytest

from infra.local import FUNCTIONS, ROOT
from tests.unit.imaging.hostile_pictures import CASES, Read, tiered

REFUSED = [name for name, (_, outcome) in CASES.items() if not isinstance(outcome, Read)]
PARAMETERS = tiered(REFUSED)
FIRST_TIER = {parameter.values[0] for parameter in PARAMETERS if not parameter.marks}
TICK = 0.2  # seconds by which the system may detect a deadline late
CODE = 2  # MB of library code that is first used here; the limit counts only data

Measured = dict[str, float | str]


def measure(*names: str) -> dict[str, Measured]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(FUNCTIONS), str(ROOT)))}
    command = [sys.executable, "-m", "tests.unit.imaging.hostile_pictures", *names]
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    return {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}


@functools.cache
def refused(*, extended: bool) -> dict[str, Measured]:
    """Decode the cases of one tier in separate processes."""
    return measure(*(name for name in REFUSED if (name not in FIRST_TIER) is extended))


@pytest.mark.parametrize("name", PARAMETERS)
def test_it_is_refused_within_the_limits_of_its_job(name: str) -> None:
    measured = refused(extended=name not in FIRST_TIER)[name]

    assert measured["outcome"] == getattr(CASES[name][1], "__name__", None)
    assert float(measured["megabytes"]) <= float(measured["most_megabytes"]) + CODE
    assert float(measured["seconds"]) <= float(measured["most_seconds"]) + TICK


def test_the_measure_shows_what_a_large_picture_takes() -> None:
    """Check that the measurement itself detects memory."""
    measured = measure("jpeg_at_the_limit")["jpeg_at_the_limit"]

    assert measured["outcome"] == "Read(7071, 7071)"
    assert 190 < float(measured["megabytes"]) < float(measured["most_megabytes"])
