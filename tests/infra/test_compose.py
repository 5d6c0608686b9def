"""infra/compose: the file is valid, its services fit together, and every mistake is reported."""

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.compose_checks import PATH, compose, compose_faults
from tests.infra.plant import REMOVED, plant


def test_it_matches_the_published_schema() -> None:
    program = Path(sys.executable).with_name("check-jsonschema")
    command = [str(program), "--builtin-schema", "vendor.compose-spec", str(PATH)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_everything_fits_together() -> None:
    assert compose_faults(compose()) == []


MISTAKES: list[tuple[str, Any, str]] = [
    ("services.database.ports", ["27017:27017"], "database: it publishes a port"),
    ("services.database.networks", ["outside"], "database: it is reachable from outside"),
    ("networks.inside.internal", False, "database: it is reachable from outside"),
    ("services.database.volumes", ["/tmp:/data/db"], "database: its pictures are in no volume"),
    ("services.database.image", "mongo:latest", "database: its image is not pinned"),
    ("services.cleanup.read_only", REMOVED, "cleanup: its root file system can be written"),
    ("services.application.cap_drop", REMOVED, "application: it has more rights"),
    ("services.application.depends_on", ["database"], "application: it starts before the database"),
    ("services.application.environment.USER_LIMITS", "5", "application: USER_LIMITS is no setting"),
    ("services.application.environment.MONGO_URI", "", "application: MONGO_URI is not set"),
    ("services.application.environment.REMOVER", "remote", "application: REMOVER is malformed"),
    ("services.application.build.args", {}, "application: its image has no model"),
    ("services.application.stop_grace_period", "7m", "application: it is killed before the 480 s"),
    ("services.application.ports", ["8080:8080"], "application: it publishes another port"),
]


@pytest.mark.parametrize(("path", "value", "told"), MISTAKES, ids=[path for path, _, _ in MISTAKES])
def test_a_mistake_is_named(path: str, value: object, told: str) -> None:
    file = copy.deepcopy(compose())
    plant(file, path, value)

    assert [fault for fault in compose_faults(file) if fault.startswith(told)], compose_faults(file)
