"""Check that every pinned package of the image has a wheel for both processor types."""

import functools
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from infra.local import FUNCTIONS, ROOT
from tests.infra import dockerfile

PLATFORMS = ("x86_64-manylinux_2_40", "aarch64-manylinux_2_40")  # of the Dockerfile's Debian
REQUIREMENTS = (FUNCTIONS / "requirements.txt", FUNCTIONS / "requirements-local-model.txt")


def wheel_faults(requirements: str) -> list[str]:
    """Return a line for each package without a wheel for a platform; queries the package index."""
    with ThreadPoolExecutor() as pool:
        found = pool.map(functools.partial(_fault, requirements), PLATFORMS)
        return [f"{platform}: {fault}" for platform, fault in zip(PLATFORMS, found, strict=True) if fault]


def _fault(requirements: str, platform: str) -> str:
    uv = shutil.which("uv") or str(ROOT / ".venv/uv/bin/uv")
    python = re.search(r"python:(3\.\d+)", dockerfile.base())
    assert python
    options = [
        "--quiet",
        "--python-version",
        python[1],
        "--only-binary",
        ":all:",
        "--output-file",
        "/dev/null",
    ]
    command = [uv, "pip", "compile", *options, "--python-platform", platform, "-"]
    done = subprocess.run(command, input=requirements, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    reason = re.search(r"[Bb]ecause (.+?)(?: and you require|,|\n|$)", done.stderr)
    return reason[1] if reason else done.stderr.strip()


def pinned() -> str:
    """Return the packages of the image with the local model."""
    return "\n".join(path.read_text("utf-8") for path in REQUIREMENTS)
