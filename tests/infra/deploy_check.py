"""python -m tests.infra.deploy_check: check a deployment as far as possible without an account."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.costs.__main__ import costs, loads
from infra.local import ROOT
from tests.infra import dockerfile
from tests.infra.builder_images import image_faults
from tests.infra.compose_checks import compose, compose_faults
from tests.infra.guide_checks import guide_faults, input_faults
from tests.infra.https_checks import https_faults
from tests.infra.in_use import in_use_faults
from tests.infra.manifest_checks import mistakes
from tests.infra.manifests import as_written, rendered
from tests.infra.pipeline import faults, pipeline
from tests.infra.terraform_files import ENVIRONMENTS, FOLDERS, TERRAFORM, blocks, local_values
from tests.infra.test_roles import GUIDE, resources, role_faults
from tests.infra.test_runbook import GUIDE as RUNBOOK
from tests.infra.test_runbook import runbook_faults
from tests.infra.wheels import pinned, wheel_faults

_PROGRAMS = Path(sys.executable).parent
_AT_ONCE = 4  # checks mostly wait for programs
_CHECKER = ROOT.parent / "shared" / "tfcheck" / "tfcheck"


def main() -> int:
    """Run all checks, several at once, and return 1 if one found a mistake."""
    found = False
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for name, done in [(name, pool.submit(_timed, check)) for name, check in CHECKS.items()]:
            try:
                lines, seconds = done.result()
            except pytest.skip.Exception as reason:
                print(f"-     {name}: {reason}", flush=True)
                continue
            print(f"{'FAULT' if lines else 'ok':5} {name} ({seconds:.1f} s)", flush=True)
            for line in lines:
                print(f"      {line}")
            found = found or bool(lines)
    return int(found)


def _timed(check: Callable[[], list[str]]) -> tuple[list[str], float]:
    started = time.monotonic()
    return check(), time.monotonic() - started


def _run(*command: str | Path) -> list[str]:
    """Return a program's output if it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()[-20:] if done.returncode else []


def _schema(name: str, path: Path) -> list[str]:
    return _run(_PROGRAMS / "check-jsonschema", "--builtin-schema", name, path)


def _terraform(*arguments: str | Path) -> list[str]:
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed, so this check of its files was left out")
    return _run("terraform", *arguments)


def _validate() -> list[str]:
    """Validate against the provider's schema: a stand-in for it if there is one, else the provider itself."""
    lines = []
    for folder in ENVIRONMENTS:
        if _CHECKER.exists():
            lines += _stand_in(folder)
        else:
            lines += _terraform(f"-chdir={folder}", "init", "-backend=false")
            lines += _terraform(f"-chdir={folder}", "validate")
    return lines


def _stand_in(folder: Path) -> list[str]:
    copy = ROOT / ".venv" / "deploy-check"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(TERRAFORM, copy, ignore=shutil.ignore_patterns("tests", ".terraform*", "*.tfvars"))
    return _run(_CHECKER, copy / folder.relative_to(TERRAFORM))


def _in_use() -> list[str]:
    return [
        line
        for folder in FOLDERS
        for line in in_use_faults(dict(blocks(folder, "resource")), local_values(folder))
    ]


def _pictures_bucket() -> list[str]:
    resources = dict(blocks(TERRAFORM / "modules" / "images", "resource"))
    lifecycle = resources["google_storage_bucket", "this"].get("lifecycle", [])
    return [] if lifecycle and lifecycle[0].get("prevent_destroy") else ["the image bucket could be replaced"]


def _costs() -> list[str]:
    page = (ROOT / "infra/COSTS.md").read_text("utf-8")
    return (
        []
        if all("\n".join(table) in page for table in (costs(), loads()))
        else ["run `python -m infra.costs`"]
    )


CHECKS: Mapping[str, Callable[[], list[str]]] = {
    "cloudbuild.yaml matches its schema": lambda: _schema("vendor.cloudbuild", ROOT / "cloudbuild.yaml"),
    "cloudbuild.yaml: every name is defined, used and read as meant": lambda: faults(pipeline()),
    "cloudbuild.yaml: every image has what its step calls": lambda: image_faults(pipeline()),
    "Terraform is formatted": lambda: _terraform("fmt", "-check", "-recursive", TERRAFORM),
    "Terraform is valid": _validate,
    "Terraform deletes nothing that is in use": _in_use,
    "Terraform never replaces the image bucket": _pictures_bucket,
    "the guide grants the roles that Terraform needs": lambda: role_faults(
        {kind for kind, _ in resources()}, GUIDE
    ),
    "the guide tells in time what the first apply needs": lambda: guide_faults(GUIDE),
    "terraform destroy asks for nothing": input_faults,
    "the guide names only what exists": lambda: runbook_faults(RUNBOOK),
    "the manifests fit together as written": lambda: mistakes(as_written()),
    "the manifests fit together as rendered": lambda: mistakes(rendered()),
    "the Gateway fits the application": lambda: https_faults(rendered(ROOT / "infra/gke-https")),
    "hadolint accepts the Dockerfile": lambda: _run(_PROGRAMS / "hadolint", dockerfile.PATH),
    "every package has wheels for amd64 and arm64": lambda: wheel_faults(pinned()),
    "compose.yaml matches its schema": lambda: _schema(
        "vendor.compose-spec", ROOT / "infra/compose/compose.yaml"
    ),
    "compose.yaml: its services fit together": lambda: compose_faults(compose()),
    "COSTS.md has the computed tables": _costs,
}

if __name__ == "__main__":
    sys.exit(main())
