"""The packages of `make run`: enough for every command in infra/, and no more than necessary."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra import ROOT
from tests.gcs import GcsEmulator
from tests.infra.workspace import OUTPUTS
from tests.integration.migrate.album import Album

LARGEST = 350_000_000  # bytes
REQUIREMENTS = (
    ROOT / "requirements.txt",
    ROOT / "functions/requirements.txt",
    ROOT / "functions/requirements-local-model.txt",
)
# Runs a module like `python -m`, without the packages of other distributions.
WITHOUT_THE_REST = """
import importlib.metadata, re, runpy, sys

_, allowed, *sys.argv = sys.argv
owners = importlib.metadata.packages_distributions()
plain = lambda name: re.sub("[-_.]+", "-", name).lower()

class Refusing:
    def find_spec(self, name, path=None, target=None):
        owned_by = owners.get(name.partition(".")[0], ())
        if owned_by and not set(allowed.split(',')).intersection(map(plain, owned_by)):
            raise ModuleNotFoundError(f"{name} is of {owned_by}, which make run does not install")

sys.meta_path.insert(0, Refusing())
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def pinned() -> set[str]:
    """Return the distributions that `make run` installs."""
    lines = [line for path in REQUIREMENTS for line in path.read_text("utf-8").splitlines()]
    names = [found[1] for line in lines if (found := re.match(r"([A-Za-z0-9._-]+)==", line))]
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def run(module: str, *arguments: str | Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of infra/ with the packages of `make run`."""
    allowed = ",".join(sorted(pinned()))
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_REST, allowed, module, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_rest_cannot_be_imported() -> None:
    done = run("ruff")

    assert done.returncode == 1
    assert "which make run does not install" in done.stderr


def test_the_bundle_is_made(tmp_path: Path) -> None:
    done = run("infra.bundle", "--out", tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert Path(done.stdout.strip()).is_file()


def test_a_rollout_is_written(tmp_path: Path) -> None:
    outputs = tmp_path / "gke.json"
    outputs.write_text(json.dumps(OUTPUTS))

    done = run(
        "infra.rollout", "--image", "host/name:tag", "--outputs", outputs, "--out", tmp_path / "rollout"
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "rollout/kustomization.yaml").is_file()


def test_the_site_is_published(gcs: GcsEmulator) -> None:
    bucket = gcs.create_bucket("published-by-the-run-environment")

    done = run("infra.site", f"gs://{bucket}", STORAGE_EMULATOR_HOST=gcs.url)

    assert (done.returncode, done.stderr) == (0, "")
    assert gcs.get(bucket, "index.html").ok


def test_images_are_migrated(gcs: GcsEmulator, mongo_uri: str) -> None:
    album = Album(mongo_uri, gcs.create_bucket("migrated-by-the-run-environment"))
    album.keep("text")

    done = run("infra.migrate", "to-bucket", STORAGE_EMULATOR_HOST=gcs.url, **album.environ)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Moved 1 of 1 records")
    album.images.database.client.close()


@pytest.mark.parametrize(
    "module", ["infra.keys", "infra.local", "infra.migrate", "infra.models", "infra.site"]
)
def test_help_needs_nothing_else(module: str) -> None:
    done = run(module, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: python -m {module}")


def test_it_is_of_a_size_in_proportion() -> None:
    installed = [
        path
        for found in importlib.metadata.distributions()
        if re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower() in pinned()
        for file in found.files or ()
        if (path := Path(str(found.locate_file(file)))).is_file()
    ]
    uv = [path for path in (ROOT / ".venv/uv").rglob("*") if path.is_file()]

    size = sum(path.stat().st_size for path in {*installed, *uv})

    assert 100_000_000 < size < LARGEST
