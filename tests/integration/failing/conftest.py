"""Both hosts with both stores and failing parts; each test runs on two of these at once."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pymongo
import pytest

from tests.gcs import GcsEmulator
from tests.integration.failing.stage import Stage
from tests.integration.failing.start import Parts, running
from tests.tiers import extended

# Each host once and each store once, and then the other pairs.
BOTH = ("functions-inline", "app-bucket")
OTHERS = ("app-inline", "functions-bucket")

OnAll = Callable[[Callable[[Stage], None]], None]


@pytest.fixture(scope="package")
def parts(mongo_uri: str, gcs: GcsEmulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    folder: Path = tmp_path_factory.mktemp("failing")
    with pymongo.MongoClient[dict[str, Any]](mongo_uri) as mongo:
        yield Parts(mongo_uri, mongo, gcs, folder)


@pytest.fixture(scope="package", params=[BOTH, *extended(OTHERS)], ids="+".join)
def stages(request: pytest.FixtureRequest, parts: Parts) -> Iterator[list[Stage]]:
    with contextlib.ExitStack() as stack, ThreadPoolExecutor() as pool:
        stages = list(pool.map(lambda name: stack.enter_context(running(name, parts)), request.param))
        yield stages
        list(pool.map(Stage.check_all, stages))
        for stage in stages:  # in parallel, because one by one would take longer
            stage.end()


def _on(stages: list[Stage], act: Callable[[Stage], None]) -> None:
    with ThreadPoolExecutor(len(stages)) as pool:
        done = {stage.name: pool.submit(act, stage) for stage in stages}
    for name, outcome in done.items():
        if error := outcome.exception():
            error.add_note(f"on {name}")
            raise error


@pytest.fixture
def ready_stages(stages: list[Stage]) -> Iterator[list[Stage]]:
    """All stages without earlier guarantees; at the end every part works again."""
    for stage in stages:
        stage.begin()
    yield stages
    for stage in stages:
        stage.reset()


@pytest.fixture
def on_all(ready_stages: list[Stage]) -> OnAll:
    """Return a function that does the same on all stages at once."""
    return functools.partial(_on, ready_stages)
