"""The modules that a function has loaded after its first answer: each one makes a cold start longer."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import FUNCTIONS
from tests.photos import photo

PICTURES = ("PIL", "numpy", "isal", "pi_heif")
CALLS = ("requests", "urllib3", "google.cloud")
NOT_FOR_HEALTH = (
    "common.domain.models",
    "common.domain.mattes",
    "common.imaging",
    "common.service.gallery",
    "common.service.uploads",
    "common.storage.addresses",
    "common.storage.mongo.records",
)
NOT_FOR_LIST = (
    "common.domain.mattes",
    "common.imaging",
    "common.service.api_keys",
    "common.service.uploads",
    "common.storage.addresses",
    "common.storage.mongo.leases",
)
NEVER = ("cryptography", "dns", "openvino")  # but with other settings

FIRST_ANSWER = """
import json, sys
from functions_framework import create_app
before = set(sys.modules)
target, method, path, picture = sys.argv[1:]
form = {"data": {"image": open(picture, "rb")}} if method == "POST" else {}
response = create_app(target, "main.py").test_client().open(path, method=method, **form)
print(json.dumps([response.status_code, sorted(set(sys.modules) - before)]))
"""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(photo())
    return file


def loaded(environ: dict[str, str], picture: Path, target: str, method: str, path: str) -> set[str]:
    """Return the modules loaded by the first answer, without the framework's."""
    said = subprocess.run(
        [sys.executable, "-c", FIRST_ANSWER, target, method, path, str(picture)],
        env={**os.environ, **environ, "FUNCTION_TARGET": target, "MONGO_DB": "cold_start"},
        cwd=FUNCTIONS,
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = json.loads(said.stdout)
    assert status in (200, 201), said.stderr
    return set(modules)


@pytest.mark.parametrize(("target", "others"), [("health", NOT_FOR_HEALTH), ("list_images", NOT_FOR_LIST)])
def test_a_function_without_pictures_loads_nothing_of_other_functions(
    environ: dict[str, str], picture: Path, target: str, others: tuple[str, ...]
) -> None:
    modules = loaded(environ, picture, target, "GET", "/")

    assert "pymongo" in modules
    assert modules.isdisjoint((*PICTURES, *CALLS, *NEVER, *others))


def test_an_upload_through_the_provider_loads_no_model_no_bucket_and_nothing_that_its_workers_load(
    environ: dict[str, str], picture: Path
) -> None:
    modules = loaded(environ, picture, "upload", "POST", "/")

    assert "requests" in modules
    assert modules.isdisjoint(("google.cloud", "common.storage.addresses", *PICTURES, *NEVER))


def test_a_picture_worker_starts_without_what_few_pictures_need() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, common.imaging.jobs; print(*sys.modules)"],
        cwd=FUNCTIONS,
        capture_output=True,
        text=True,
        check=True,
    )

    modules = said.stdout.split()
    assert "numpy" in modules
    assert set(modules).isdisjoint(("pi_heif", "PIL.ImageCms"))
