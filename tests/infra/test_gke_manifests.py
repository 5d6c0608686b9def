"""The manifests of the cluster: names, ports and selectors fit, and every mistake is reported."""

import copy
import re
import subprocess
from typing import Any

import pytest

from infra.local import ROOT
from tests.infra.manifest_checks import mistakes
from tests.infra.manifests import GKE, Object, as_written, containers, of_kind, rendered
from tests.infra.plant import REMOVED, plant
from tests.infra.pod_checks import LONGEST_UPLOAD
from tests.tiers import one_row_in

POD = "spec.template.spec"
CONTAINER = f"{POD}.containers.0"
CHECKOV = ROOT / ".venv/checkov/bin/checkov"
# Left out: a namespace of its own and secrets as files (the original's names and settings are kept), limits
# on the processor (deployment.yaml says why), digests, and what needs the tag that a rollout adds.
CHECKOV_KUBERNETES = [8, 9, 10, 12, 13, *range(16, 21), 22, 23, *range(25, 32), *range(37, 42)]
CHECKOV_DOCKER = [1, 2, 3, 5, 8, 9, 10, 11]


@pytest.fixture(scope="module", params=["rendered", "as written"])
def objects(request: pytest.FixtureRequest) -> list[Object]:
    return rendered() if request.param == "rendered" else as_written()


def test_everything_fits_together(objects: list[Object]) -> None:
    assert mistakes(objects) == []


def test_the_names_are_those_of_the_original_application(objects: list[Object]) -> None:
    names = {(each["kind"], each["metadata"]["name"]) for each in objects}

    assert names >= {
        ("Deployment", "image-background-processor"),
        ("Service", "image-background-processor-lb"),
        ("ConfigMap", "my-config"),
    }
    (service,) = of_kind(objects, "Service")
    assert [(port["port"], port["targetPort"]) for port in service["spec"]["ports"]] == [(80, 5000)]


def test_all_pods_run_one_image_of_a_fixed_tag() -> None:
    images = {container["image"] for _, _, container in containers(rendered())}

    assert len(images) == 1
    assert ":" in images.pop()


def test_the_autoscaler_alone_sets_the_number_of_pods_once_they_run() -> None:
    (deployment,) = of_kind(rendered(), "Deployment")

    assert "replicas" not in deployment["spec"]


def test_the_secret_contains_no_value_and_is_not_applied_with_the_rest() -> None:
    (secret,) = of_kind(as_written(), "Secret")

    assert set(secret["stringData"].values()) == {""}
    assert "- secret" not in (GKE / "kustomization.yaml").read_text("utf-8")


MISTAKES: list[tuple[str, str, Any, str]] = [
    ("Deployment", "spec.replica", 2, "Additional properties are not allowed ('replica' was unexpected)"),
    ("Deployment", f"{CONTAINER}.ports.0.containerPort", "5000", "'5000' is not of type 'integer'"),
    ("Deployment", "apiVersion", "apps/v9", "Couldn't find schema for kind Deployment"),
    ("Deployment", "spec.selector.matchLabels.app", "other", "Deployment/image-background-processor: its"),
    ("Service", "spec.selector.app", "other", "Service/image-background-processor-lb: its selector"),
    ("PodDisruptionBudget", "spec.selector.matchLabels.app", "other", "its selector"),
    ("NetworkPolicy", "spec.podSelector.matchLabels.app", "other", "processor: its selector"),
    ("CronJob", "spec.jobTemplate.spec.template.metadata.labels.app", "image-background-processor",
     "matches the pods of Deployment/image-background-processor, CronJob/image-background-cleanup"),
    ("HorizontalPodAutoscaler", "spec.scaleTargetRef.name", "other", "there is no Deployment/other"),
    ("HorizontalPodAutoscaler", "spec.minReplicas", 1, "minReplicas is less than the replicas"),
    ("Service", "spec.ports.0.targetPort", 8080, "port 8080 is none of the container's"),
    ("NetworkPolicy", "spec.ingress.0.ports.0.port", 80, "port 80 is none of the container's"),
    ("Deployment", f"{CONTAINER}.readinessProbe.httpGet.port", "web", "readinessProbe: port web is none"),
    ("Deployment", f"{CONTAINER}.envFrom.0.configMapRef.name", "my-confg", "there is no ConfigMap/my-confg"),
    ("Deployment", f"{CONTAINER}.envFrom.1.secretRef.name", "secret", "there is no Secret/secret"),
    ("CronJob", "spec.jobTemplate.spec.template.spec.containers.0.env.0.valueFrom.secretKeyRef.key", "MONGO",
     "Secret/my-secret has no MONGO"),
    ("Deployment", f"{POD}.serviceAccountName", "other", "there is no ServiceAccount/other"),
    ("ConfigMap", "data.USER_LIMITS", "5", "USER_LIMITS is no setting"),
    ("ConfigMap", "data.MONGO_URI", "mongodb://server", "MONGO_URI belongs into the Secret"),
    ("ConfigMap", "data.RETENTION_DAYS", "a month", "RETENTION_DAYS is malformed"),
    ("ConfigMap", "data.REMOVER", "local", "LOCAL_MODEL_PATH is not set"),
    ("Secret", "stringData.APP_SECRET_KEY", REMOVED, "APP_SECRET_KEY is not set"),
    ("Secret", "stringData.X_RAPID_API_KEY", REMOVED, "X_RAPID_API_KEY is not set"),
    ("Deployment", f"{CONTAINER}.readinessProbe.httpGet.path", "/", "/ is not the health endpoint"),
    ("Deployment", f"{CONTAINER}.readinessProbe.timeoutSeconds", 1, "does not wait the 2 seconds"),
    ("Deployment", f"{CONTAINER}.livenessProbe.httpGet.path", "/api/health", "may ask for the database"),
    ("Deployment", f"{CONTAINER}.livenessProbe.failureThreshold", 3,
     f"is busy with uploads of {LONGEST_UPLOAD} s"),
    ("Deployment", f"{POD}.terminationGracePeriodSeconds", 60, "preStop and --grace take (490 s)"),
    ("Deployment", f"{CONTAINER}.securityContext.readOnlyRootFilesystem", False, "is not True"),
    ("Deployment", f"{POD}.securityContext.runAsNonRoot", REMOVED, "runAsNonRoot is not True"),
    ("CronJob", "spec.jobTemplate.spec.template.spec.containers.0.securityContext", REMOVED, "capabilities"),
    ("Deployment", f"{POD}.automountServiceAccountToken", True, "mounts a token of the Kubernetes API"),
    ("Deployment", f"{CONTAINER}.resources.limits.memory", REMOVED, "limits has no memory"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "path", "value", "found"),
    one_row_in(3, MISTAKES),
    ids=[f"{kind} {path}" for kind, path, _, _ in MISTAKES],
)
def test_a_mistake_is_found_and_named(kind: str, path: str, value: object, found: str) -> None:
    objects = copy.deepcopy(as_written())
    plant(of_kind(objects, kind)[0], path, value)

    assert [line for line in mistakes(objects) if found in line], mistakes(objects)


@pytest.mark.extended
def test_checkov_finds_nothing() -> None:
    if not CHECKOV.is_file():
        pytest.skip("checkov is not installed: run `make test` once, which puts it into .venv/checkov")
    checks = [f"CKV_K8S_{each}" for each in CHECKOV_KUBERNETES] + ["CKV2_K8S_6"]
    checks += [f"CKV_DOCKER_{each}" for each in CHECKOV_DOCKER]
    options = ["--framework", "kubernetes", "dockerfile", "--skip-download", "--compact", "--quiet"]
    command = [str(CHECKOV), "--directory", str(GKE), *options, "--check", ",".join(checks)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    counts = re.findall(r"Passed checks: (\d+), Failed checks: (\d+)", done.stdout)
    assert [(int(passed) > 0, failed) for passed, failed in counts] == [(True, "0")] * 2, done.stdout
    assert done.returncode == 0, done.stderr
