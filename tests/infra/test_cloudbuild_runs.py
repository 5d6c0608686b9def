"""The steps of cloudbuild.yaml, run with stand-ins for the tools: their calls, and failures."""

import re
from pathlib import Path

import pytest

from tests.infra.pipeline import PUSHED
from tests.infra.workspace import Workspace
from tests.tiers import one_in

IMAGE = "image-background-processor"
TAGGED = f"{IMAGE}:1234abc-0badcafe"
REPOSITORY = "europe-west1-docker.pkg.dev/some-project/image-background-remover"
STATE = "-backend-config=bucket=some-project-terraform-state"
LOCK = "-lock-timeout=10m"
PROJECT = "-var=project_id=some-project"

CHECK = "-chdir=dist/check/infra/terraform/environments"
TESTS = [
    "make lint model",
    "python -m pytest -q -m not extended tests/unit tests/infra",
    f"terraform {CHECK}/functions/ init -backend=false",
    f"terraform {CHECK}/functions/ validate",
    f"terraform {CHECK}/functions/ test",
    f"terraform {CHECK}/gke/ init -backend=false",
    f"terraform {CHECK}/gke/ validate",
    f"terraform {CHECK}/gke/ test",
]
BUNDLES = [
    "python -m infra.bundle --out dist",
]
IMAGES = [f"docker build --file infra/gke/Dockerfile --build-arg LOCAL_MODEL= --tag {TAGGED} ."]
PLAN_FUNCTIONS = [
    f"terraform init {STATE} -backend-config=prefix=functions",
    f"terraform plan {LOCK} -out=/dist/functions.tfplan {PROJECT}"
    " -var=bundle=/dist/functions-HEX.zip -var=bundle_with_model=",
]
PLAN_GKE = [
    f"terraform init {STATE} -backend-config=prefix=gke",
    f"terraform plan {LOCK} -out=/dist/gke.tfplan {PROJECT}",
]
APPLY_FUNCTIONS = [
    f"terraform apply {LOCK} /dist/functions.tfplan",
    "terraform output -raw site_bucket",
    "terraform output -raw open_commands",
]
APPLY_GKE = [
    f"terraform apply {LOCK} /dist/gke.tfplan",
    "terraform output -json",
    "terraform output -raw image_repository",
    "terraform output -raw get_credentials_command",
]
PUBLISH = ["python -m infra.site gs://the-site", "gcloud run services update list --no-invoker-iam-check"]
ROLL_OUT = [
    f"docker tag {TAGGED} {REPOSITORY}/{TAGGED}",
    f"docker push {REPOSITORY}/{TAGGED}",
    f"python -m infra.rollout --image {REPOSITORY}/{TAGGED} --outputs dist/gke.json --out dist/rollout"
    " --manifests infra/gke",
    "gcloud container clusters get-credentials the-cluster",
    "kubectl apply --kustomize dist/rollout",
    "kubectl rollout status deployment/image-background-processor --timeout=10m",
]
ALL = [
    *(TESTS + BUNDLES + IMAGES + PLAN_FUNCTIONS + PLAN_GKE + APPLY_FUNCTIONS + APPLY_GKE + PUBLISH),
    *ROLL_OUT,
]


@pytest.fixture
def workspace(tmp_path: Path, weights: Path) -> Workspace:
    return Workspace(tmp_path, weights)


def general(workspace: Workspace, calls: list[str]) -> list[str]:
    """Return the calls without the parts that differ between runs."""
    return [re.sub(r"-[0-9a-f]{12}\.zip", "-HEX.zip", c.replace(str(workspace.folder), "")) for c in calls]


@pytest.mark.parametrize(
    ("targets", "expected", "skipped"),
    [
        ("functions", TESTS + BUNDLES + PLAN_FUNCTIONS + APPLY_FUNCTIONS + PUBLISH, 6),
        ("gke", TESTS + IMAGES + PLAN_GKE + APPLY_GKE + ROLL_OUT, 5),
        ("functions,gke", ALL, 0),
        ("gke,functions", ALL, 0),
    ],
)
def test_the_targets_decide_about_the_calls_and_other_steps_say_so_in_one_line(
    workspace: Workspace, targets: str, expected: list[str], skipped: int
) -> None:
    done = workspace.build(_TARGETS=targets, **PUSHED)

    assert done.status == 0, done.output
    assert general(workspace, done.calls) == expected
    assert len(re.findall(r"^_TARGETS has no (?:functions|gke): .*\.$", done.output, re.MULTILINE)) == skipped


def test_without_a_push_the_image_is_named_after_the_build(workspace: Workspace) -> None:
    done = workspace.build(_TARGETS="gke")

    assert f"docker push {REPOSITORY}/{IMAGE}:manual-0badcafe" in done.calls


@pytest.mark.parametrize(("chosen", "model"), [("", "u2netp"), ("portrait.onnx", "own")])
def test_a_model_is_bundled_if_terraform_uses_it(workspace: Workspace, chosen: str, model: str) -> None:
    (workspace.folder / "portrait.onnx").write_bytes(b"the weights")
    settings = workspace.folder / "infra/terraform/environments/functions/terraform.tfvars"
    settings.write_text('project_id = "some-project"\nremover    = "rapidapi,local"\n')

    done = workspace.build(_TARGETS="functions", _LOCAL_MODEL=chosen, **PUSHED)

    assert f"python -m infra.bundle --out dist --model {chosen or model}" in done.calls
    assert [
        call
        for call in general(workspace, done.calls)
        if f"-var=bundle_with_model=/dist/functions-{model}-HEX.zip" in call
    ]


@pytest.mark.parametrize("targets", ["", "function", "functions;gke", "functions,gke,moon"])
def test_a_target_that_does_not_exist_ends_the_build_before_it_does_anything(
    workspace: Workspace, targets: str
) -> None:
    done = workspace.build(_TARGETS=targets)

    assert (done.status, done.steps, done.calls) == (1, ["test"], [])
    assert done.output == f"_TARGETS is '{targets}'; it should be functions, gke or functions,gke.\n"


@pytest.mark.parametrize(
    "failing",
    one_in(3, *(call for call in ALL if "infra.bundle" not in call)),
    ids=lambda call: "_".join(call.split()[:3]),
)
def test_a_failing_call_is_the_last_one(workspace: Workspace, failing: str) -> None:
    planted = failing.replace("/dist/", f"{workspace.folder}/dist/").split("/functions-HEX")[0]

    done = workspace.build(_TARGETS="functions,gke", failing=planted, **PUSHED)

    assert done.status != 0
    assert general(workspace, done.calls) == ALL[: ALL.index(failing) + 1]
