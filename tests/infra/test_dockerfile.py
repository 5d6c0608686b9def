"""The text of the Dockerfile; test_image.py builds it."""

import json
import re
import subprocess
import sys
from pathlib import Path

from infra.local import ROOT
from tests.infra import dockerfile
from tests.infra.manifests import application, as_written
from tests.infra.pod_checks import USER


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, dockerfile.PATH], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_stage_starts_from_one_pinned_slim_base() -> None:
    stages = [each.rest.split()[0] for each in dockerfile.instructions() if each.word == "FROM"]

    assert set(stages) == {"${PYTHON_IMAGE}"}
    assert re.fullmatch(
        r"docker\.io/library/python:3\.13\.\d+-slim-[a-z]+@sha256:[0-9a-f]{64}", dockerfile.pinned_base()
    )


def test_the_container_runs_as_the_user_that_the_pods_run_as() -> None:
    assert dockerfile.last("USER") == f"{USER}:{USER}"


def test_the_container_starts_the_application_in_its_folder() -> None:
    assert dockerfile.start_command()[:4] == ["python", "app.py", "--host", "0.0.0.0"]
    assert dockerfile.last("WORKDIR") == "/app/functions"
    assert "functions /app/functions" in [each.rest for each in dockerfile.instructions()]


def test_the_container_listens_on_the_pods_port() -> None:
    _, _, container = application(as_written())

    assert [port["containerPort"] for port in container["ports"]] == [int(dockerfile.last("EXPOSE"))]


def test_its_health_check_uses_the_images_own_programs() -> None:
    _, command = dockerfile.last("HEALTHCHECK").split("CMD ")

    assert json.loads(command)[:2] == ["python", "-c"]
    assert "/api/health" in json.loads(command)[2]


def test_copied_files_exist_and_reach_the_build() -> None:
    copied = [source for each in dockerfile.instructions() for source in _sources(each)]
    allowed = [line[1:] for line in _ignore_file() if line.startswith("!")]

    assert _ignore_file()[0] == "*"
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert [
        source for source in copied if not any(Path(source).is_relative_to(each) for each in allowed)
    ] == []
    assert [each for each in allowed if not any(Path(source).is_relative_to(each) for source in copied)] == []


def _sources(instruction: dockerfile.Instruction) -> list[str]:
    copies = instruction.word == "COPY" and not instruction.rest.startswith("--from")
    return instruction.rest.split()[:-1] if copies else []


def _ignore_file() -> list[str]:
    lines = dockerfile.PATH.with_name("Dockerfile.dockerignore").read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]
