"""infra/gke-https: Gateway, routes and policies fit the application, and every mistake is reported."""

import copy
from typing import Any

import pytest
import yaml

from infra.local import ROOT
from tests.infra.https_checks import https_faults
from tests.infra.manifests import GKE, Object, of_kind, rendered
from tests.infra.plant import REMOVED, plant
from tests.infra.pod_checks import LONGEST_UPLOAD
from tests.tiers import one_row_in


@pytest.fixture
def objects() -> list[Object]:
    return rendered(ROOT / "infra/gke-https")


def test_everything_fits_together(objects: list[Object]) -> None:
    assert https_faults(objects) == []


def test_the_overlay_changes_only_the_service_and_the_pods_command(objects: list[Object]) -> None:
    added = {"Gateway", "HTTPRoute", "HealthCheckPolicy", "GCPBackendPolicy"}
    before = {(each["kind"], each["metadata"]["name"]): each for each in rendered()}
    after = {(each["kind"], each["metadata"]["name"]): each for each in objects if each["kind"] not in added}

    assert after.keys() == before.keys()
    changed = {kind for kind, name in before if before[kind, name] != after[kind, name]}
    assert changed == {"Service", "Deployment"}
    (deployment,) = of_kind(list(after.values()), "Deployment")
    del deployment["spec"]["template"]["spec"]["containers"][0]["command"]
    assert deployment == before["Deployment", "image-background-processor"]


MISTAKES: list[tuple[str, str, Any, str]] = [
    ("Gateway", "metadata.annotations", {"networking.gke.io/certmap": "other"}, "names its certificate map"),
    ("Gateway", "spec.addresses.0.value", "other", "names its address"),
    ("Gateway", "spec.listeners.1.port", 8443, "it does not listen"),
    ("HTTPRoute", "spec.rules.0.backendRefs.0.name", "other", "it does not lead to the Service's port"),
    ("HTTPRoute", "spec.parentRefs.0.sectionName", "tls", "there is no such listener"),
    ("GCPBackendPolicy", "spec.default.timeoutSec", 30, f"an upload of {LONGEST_UPLOAD} s is cut off"),
    ("GCPBackendPolicy", "spec.default.connectionDraining", REMOVED, "a pod may take 490 s to finish"),
    ("GCPBackendPolicy", "spec.default.timeoutSecs", 120, "GKE knows no timeoutSecs"),
    ("GCPBackendPolicy", "spec.targetRef.name", "other", "there is no Service/other"),
    (
        "HealthCheckPolicy",
        "spec.default.config.httpHealthCheck.requestPath",
        "/",
        "it does not ask for health",
    ),
    ("HealthCheckPolicy", "spec.default.timeoutSec", 1, "health may wait 2 s"),
    ("Deployment", "spec.template.spec.containers.0.command.7", "60", "it closes connections that the load"),
    (
        "Deployment",
        "spec.template.spec.containers.0.command.1",
        "main.py",
        "it starts otherwise than the image",
    ),
    ("Service", "spec.type", "LoadBalancer", "it has a load balancer of its own"),
]


@pytest.mark.parametrize(
    ("kind", "path", "value", "found"),
    one_row_in(4, MISTAKES),
    ids=[f"{kind} {path}" for kind, path, _, _ in MISTAKES],
)
def test_a_mistake_is_named(objects: list[Object], kind: str, path: str, value: object, found: str) -> None:
    changed = copy.deepcopy(objects)
    plant(of_kind(changed, kind)[0], path, value)

    assert [fault for fault in https_faults(changed) if found in fault], https_faults(changed)


def test_the_private_endpoint_adds_to_what_the_same_pods_may_call() -> None:
    (policy,) = yaml.safe_load_all((GKE / "private-endpoint.yaml").read_text("utf-8"))
    egress = [each for each in rendered() if each["metadata"]["name"] == "image-background-egress"]

    assert [each["spec"]["podSelector"] for each in egress] == [policy["spec"]["podSelector"]]
    assert policy["spec"]["policyTypes"] == ["Egress"]
    assert policy["spec"]["egress"] == [
        {"to": [{"ipBlock": {"cidr": "ENDPOINT_ADDRESS/32"}}], "ports": [{"protocol": "TCP"}]}
    ]
