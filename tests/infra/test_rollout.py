"""The kustomization of a rollout: its changes to the manifests, and its error messages."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import ROOT
from tests.infra.commands import run_module
from tests.infra.workspace import OUTPUTS

IMAGE = "europe-west1-docker.pkg.dev/some-project/image-background-remover/image-background-processor:1234abc"


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    path = tmp_path / "gke.json"
    path.write_text(json.dumps(OUTPUTS))
    return path


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return run_module("infra.rollout", *arguments)


def rendered(folder: Path) -> list[dict[str, Any]]:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed: the kustomization of the rollout was not rendered")
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return list(yaml.safe_load_all(done.stdout))


def images(value: object) -> list[str]:
    """Return every image in the manifests."""
    if isinstance(value, list):
        return [image for each in value for image in images(each)]
    if not isinstance(value, dict):
        return []
    here = [value["image"]] if isinstance(value.get("image"), str) else []
    return here + images(list(value.values()))


def test_every_container_gets_the_image_and_terraforms_bucket_and_account(
    tmp_path: Path, outputs: Path
) -> None:
    out = tmp_path / "rollout"
    done = run("--image", IMAGE, "--outputs", outputs, "--out", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{out}\n", "")

    manifests = {(each["kind"], each["metadata"]["name"]): each for each in rendered(out)}

    used = {kind: images(manifest) for (kind, _), manifest in manifests.items() if images(manifest)}
    assert used.keys() == {"Deployment", "CronJob"}
    assert {image for found in used.values() for image in found} == {IMAGE}
    assert manifests["ConfigMap", "my-config"]["data"]["IMAGE_BUCKET"] == "the-images"
    account = manifests["ServiceAccount", "image-background-processor"]["metadata"]["annotations"]
    assert account["iam.gke.io/gcp-service-account"] == "app@some-project.iam.gserviceaccount.com"


def test_nothing_else_is_changed_or_left_out(tmp_path: Path, outputs: Path) -> None:
    run("--image", IMAGE, "--outputs", outputs, "--out", tmp_path / "rollout")

    before, after = rendered(ROOT / "infra/gke"), rendered(tmp_path / "rollout")

    assert [(each["kind"], each["metadata"]["name"]) for each in after] == [
        (each["kind"], each["metadata"]["name"]) for each in before
    ]
    changed = {new["kind"] for old, new in zip(before, after, strict=True) if old != new}
    assert changed == {"Deployment", "CronJob", "ConfigMap", "ServiceAccount"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--image", "no-tag"], "no-tag is not an image and its tag, like NAME:TAG."),
        (["--image", "host:5000/name"], "host:5000/name is not an image and its tag, like NAME:TAG."),
        (["--image", IMAGE, "--outputs", "web/index.html"], "web/index.html is not what `terraform output"),
        (["--image", IMAGE, "--outputs", "nowhere.json"], "nowhere.json: No such file or directory."),
        (["--image", IMAGE, "--manifests", "web"], "web has no kustomization.yaml."),
    ],
)
def test_a_mistake_is_reported_in_one_line(
    tmp_path: Path, outputs: Path, arguments: list[str], told: str
) -> None:
    done = run("--out", tmp_path / "rollout", "--outputs", outputs, *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "rollout").exists()


@pytest.mark.parametrize("text", ["[]", '{"image_bucket": "a name"}', '"text"'])
def test_outputs_of_another_shape_are_refused(tmp_path: Path, outputs: Path, text: str) -> None:
    outputs.write_text(text)

    done = run("--image", IMAGE, "--outputs", outputs, "--out", tmp_path / "rollout")

    assert done.returncode == 1
    assert done.stderr == f"{outputs} is not what `terraform output -json` prints.\n"


def test_a_missing_output_is_named(tmp_path: Path, outputs: Path) -> None:
    outputs.write_text(json.dumps({"image_bucket": OUTPUTS["image_bucket"]}))

    done = run("--image", IMAGE, "--outputs", outputs, "--out", tmp_path / "rollout")

    assert done.returncode == 1
    assert done.stderr == "Terraform has no output app_service_account: apply environments/gke first.\n"
