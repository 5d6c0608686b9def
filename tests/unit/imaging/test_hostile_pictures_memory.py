"""What it takes to refuse a picture, measured in a process of its own for each."""

import functools
import json
import os
import subprocess
import sys

import pytest

from infra.local import FUNCTIONS, ROOT
from tests.unit.imaging.hostile_pictures import CASES, HEAVY, Read, tiered

REFUSED = [name for name, (_, outcome) in CASES.items() if not isinstance(outcome, Read)]
MEGABYTES = 100
# libwebp makes room for all of a picture before it looks at the first of its codes, and decodes in no smaller
# pieces. A WebP of noise, of the most megapixels allowed, takes half of what a sound one of that size takes.
LARGER = {"webp_of_noise": 250, "webp_of_noise_lossless": 250}
# Of a processor. On two idle cores none takes one; a slow or busy machine must not fail the test.
SECONDS = 6


@functools.cache
def measured(*, heavy: bool) -> dict[str, dict[str, float | str]]:
    """Read the heavy cases, or all others, in processes of their own."""
    names = [name for name in REFUSED if (name in HEAVY) is heavy]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(FUNCTIONS), str(ROOT)))}
    command = [sys.executable, "-m", "tests.unit.imaging.hostile_pictures", *names]
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    return {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", tiered(REFUSED))
def test_it_is_refused_with_little_memory_and_at_once(name: str) -> None:
    seen = measured(heavy=name in HEAVY)[name]

    assert seen["outcome"] == getattr(CASES[name][1], "__name__", None)
    assert float(seen["megabytes"]) < LARGER.get(name, MEGABYTES)
    assert float(seen["seconds"]) < SECONDS


def test_the_measure_shows_what_a_large_picture_takes() -> None:
    """A measure that always told little would prove nothing."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(FUNCTIONS), str(ROOT)))}
    command = [sys.executable, "-m", "tests.unit.imaging.hostile_pictures", "jpeg_at_the_limit"]
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)

    assert json.loads(done.stdout)["megabytes"] > 190  # 50 million pixels of four bytes
