"""Cloud Build's workspace on this machine: run the steps one by one, with stand-ins for the tools."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra.local import ROOT
from tests.infra.pipeline import pipeline, substituted

TOOLS = ("make", "docker", "terraform", "gcloud", "kubectl")
_VALUES = {
    "get_credentials_command": "gcloud container clusters get-credentials the-cluster",
    "image_repository": "europe-west1-docker.pkg.dev/some-project/image-background-remover",
    "open_commands": "gcloud run services update list --no-invoker-iam-check",
    "site_bucket": "the-site",
    "image_bucket": "the-images",
    "app_service_account": "app@some-project.iam.gserviceaccount.com",
}
OUTPUTS = {name: {"value": value, "type": "string", "sensitive": False} for name, value in _VALUES.items()}
# Records its call, fails if it is the planted one, and prints the output that the scripts need next.
_STAND_IN = """#!/bin/sh
call="${0##*/} $*"
echo "$call" >>"$CALLS"
case "$call" in
  "$FAILING"*) echo 'a planted failure' >&2; exit 7 ;;
  'terraform output -json') cat "$OUTPUTS/all" ;;
  'terraform output -raw '*) cat "$OUTPUTS/$3" ;;
  'python -m infra.bundle'* | 'python -m infra.rollout'*) exec "$PYTHON" "$@" ;;
esac
"""


@dataclass(frozen=True)
class Done:
    """The result of a build: the started steps, their calls, their output and the last exit status."""

    steps: list[str]
    calls: list[str]
    output: str
    status: int


class Workspace:
    """A folder with the files at the start of a build."""

    def __init__(self, folder: Path, weights: Path) -> None:
        self.folder = folder / "workspace"
        self._tools = folder / "tools"
        self._calls = folder / "calls"
        for tool in TOOLS:
            _place(self._tools / tool)
        _place(self.folder / ".venv/bin/python")
        models = self.folder / ".data/models"
        models.mkdir(parents=True)
        (models / weights.name).symlink_to(weights)
        self._outputs = folder / "outputs"
        self._outputs.mkdir()
        for name, content in {"all": json.dumps(OUTPUTS), **_VALUES}.items():
            (self._outputs / name).write_text(content)
        (self.folder / "functions").symlink_to(ROOT / "functions")
        shutil.copytree(
            ROOT / "infra", self.folder / "infra", ignore=shutil.ignore_patterns("*.tfvars", ".terraform")
        )

    def build(self, *, failing: str = "none", **substitutions: str) -> Done:
        """Run the steps until one fails."""
        self._calls.write_text("")
        environ = {
            **substituted(pipeline(), **substitutions),
            "PATH": f"{self._tools}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "CALLS": str(self._calls),
            "FAILING": failing,
            "OUTPUTS": str(self._outputs),
            "PYTHON": sys.executable,
        }
        steps, output, status = [], "", 0
        for step in pipeline()["steps"]:
            steps.append(step["id"])
            done = self._run(step["script"], environ)
            output, status = output + done.stdout, done.returncode
            if status:
                break
        return Done(steps, self._calls.read_text().splitlines(), output, status)

    def _run(self, script: str, environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        path = self.folder.parent / "script"
        path.write_text(script)
        path.chmod(0o700)
        return subprocess.run(
            [path],
            cwd=self.folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )


def _place(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_STAND_IN)
    path.chmod(0o700)
