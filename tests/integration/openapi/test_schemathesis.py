"""Schemathesis makes its own requests from web/openapi.yaml, valid and invalid, alone and in sequence."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from infra.local import ROOT
from tests.integration.client import Client
from tests.integration.hosts import running_app, running_functions
from tests.integration.openapi.front import Front
from tests.objectcut import ObjectCut
from tests.tiers import extended

HOOKS = "tests.integration.openapi.hooks"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
MOST_SECONDS = 240  # it takes about 20 on an idle machine


@pytest.fixture(scope="module", params=["app", *extended("functions")])
def address(
    request: pytest.FixtureRequest,
    environ: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, str]]:
    """Return the address of a host, and the token of a user with a high limit."""
    settings = {"USER_LIMIT": "10000", "MONGO_DB": f"schemathesis_{request.param}"}
    log = tmp_path_factory.mktemp("log") / "host.log"
    with ExitStack() as stack:
        run = {"functions": running_functions, "app": running_app}[request.param]
        host = stack.enter_context(run({**environ, **settings}, log))
        yield stack.enter_context(Front(host.ports)).url, Client(host).token()


@pytest.mark.extended
def test_no_request_is_answered_otherwise_than_described(
    address: tuple[str, str], provider: ObjectCut, tmp_path: Path
) -> None:
    report = _run(*address, tmp_path)

    tried, phases = report["test_cases"], {name: each["status"] for name, each in report["phases"].items()}
    print(f"Schemathesis: {tried['generated']} cases in {report['running_time']:.0f} s")
    assert phases == dict.fromkeys(["examples", "coverage", "fuzzing", "stateful"], "success")
    assert report["operations"]["tested"] == report["operations"]["total"]
    assert tried["generated"] > 400
    for operation in (
        "POST /api/upload",
        "PUT /api/rename/{record_id}",
        "GET /api/image/{record_id}/{variant}",
    ):
        assert report["valid_rates"][operation]["fuzzing"]["accepted"] > 5, operation


def _run(url: str, token: str, folder: Path) -> Mapping[str, Any]:
    """Run Schemathesis and return its report; its findings are printed."""
    report = folder / "report.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)),
            *("run", "web/openapi.yaml", "--url", url, "--header", f"Authorization: Bearer {token}"),
            *("--no-color", "--report", "json", "--report-json-path", str(report)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": HOOKS},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: Mapping[str, Any] = json.loads(report.read_text("utf-8"))
    return found
