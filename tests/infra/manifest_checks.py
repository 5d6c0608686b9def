"""Requirements between the manifests; each check returns a line for every mistake."""

from collections.abc import Callable, Iterator
from typing import Any

import kubernetes_validate

from tests.infra.manifests import Object, application, containers, contents, of_kind, title, workloads
from tests.infra.pod_checks import PROBES, probes, restrictions, settings, shutdown

KUBERNETES = "1.35"

Check = Callable[[list[Object]], Iterator[str]]


def mistakes(objects: list[Object]) -> list[str]:
    """Return all mistakes; if objects are malformed, only those mistakes."""
    return list(schema(objects)) or [line for check in CHECKS for line in check(objects)]


def schema(objects: list[Object]) -> Iterator[str]:
    for each in objects:
        try:
            kubernetes_validate.validate(each, KUBERNETES, strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f"{title(each)}: {'.'.join(map(str, error.path))}: {error.message}"
        except kubernetes_validate.SchemaNotFoundError as error:
            yield f"{title(each)}: {error.message}"


def selectors(objects: list[Object]) -> Iterator[str]:
    """Every selector selects the application's pods, and others only by name."""
    pods = {title(workload): template["metadata"]["labels"] for workload, template in workloads(objects)}
    for owner, selector in _selectors(objects):
        chosen = [name for name, labels in pods.items() if _matches(selector, labels)]
        if not chosen:
            yield f"{owner}: its selector {selector} matches no pod"
        elif "matchExpressions" not in selector and chosen != [application(objects)[0]]:
            yield f"{owner}: its selector {selector} matches the pods of {', '.join(chosen)}"


def _selectors(objects: list[Object]) -> Iterator[tuple[str, Object]]:
    for each in of_kind(objects, "Deployment", "PodDisruptionBudget"):
        yield title(each), each["spec"]["selector"]
    for each in of_kind(objects, "NetworkPolicy"):
        yield title(each), each["spec"]["podSelector"]
    for each in of_kind(objects, "Service"):
        yield title(each), {"matchLabels": each["spec"]["selector"]}
    for workload, template in workloads(objects):
        for constraint in template["spec"].get("topologySpreadConstraints", []):
            yield f"{title(workload)} topologySpreadConstraints", constraint["labelSelector"]


def _matches(selector: Object, labels: dict[str, str]) -> bool:
    expected = [(key, [value]) for key, value in selector.get("matchLabels", {}).items()]
    expected += [(each["key"], each["values"]) for each in selector.get("matchExpressions", [])]
    return all(labels.get(key) in values for key, values in expected)


def targets(objects: list[Object]) -> Iterator[str]:
    """Autoscalers refer to existing workloads, and never scale them below their initial number."""
    deployments = {(each["kind"], each["metadata"]["name"]): each for each in of_kind(objects, "Deployment")}
    for each in of_kind(objects, "HorizontalPodAutoscaler"):
        target = each["spec"]["scaleTargetRef"]
        scaled = deployments.get((target["kind"], target["name"]))
        if scaled is None:
            yield f"{title(each)}: there is no {target['kind']}/{target['name']}"
        elif each["spec"]["minReplicas"] < scaled["spec"].get("replicas", 2):
            yield f"{title(each)}: minReplicas is less than the replicas of {title(scaled)}"


def ports(objects: list[Object]) -> Iterator[str]:
    _, _, container = application(objects)
    known = {value for port in container["ports"] for value in (port["name"], port["containerPort"])}
    for owner, port in _ports(objects):
        if port not in known:
            yield f"{owner}: port {port} is none of the container's"


def _ports(objects: list[Object]) -> Iterator[tuple[str, Any]]:
    for each in of_kind(objects, "Service"):
        for port in each["spec"]["ports"]:
            yield title(each), port["targetPort"]
    for each in of_kind(objects, "NetworkPolicy"):
        for rule in each["spec"].get("ingress", []):
            for port in rule["ports"]:
                yield title(each), port["port"]
    name, _, container = application(objects)
    for probe in PROBES:
        yield f"{name} {probe}", container[probe]["httpGet"]["port"]


def references(objects: list[Object]) -> Iterator[str]:
    """Every ConfigMap, Secret, key of a Secret and service account that a pod names exists."""
    for name, pod, container in containers(objects):
        for kind, wanted, key in _references(pod, container):
            found = [each for each in of_kind(objects, kind) if each["metadata"]["name"] == wanted]
            if not found:
                yield f"{name}: there is no {kind}/{wanted}"
            elif key and key not in contents(objects, kind, wanted):
                yield f"{name}: {kind}/{wanted} has no {key}"


def _references(pod: Object, container: Object) -> Iterator[tuple[str, str, str]]:
    yield "ServiceAccount", pod.get("serviceAccountName", "default"), ""
    for source in container.get("envFrom", []):
        for kind, reference in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            if reference in source:
                yield kind, source[reference]["name"], ""
    for variable in container.get("env", []):
        key = variable["valueFrom"]["secretKeyRef"]
        yield "Secret", key["name"], key["key"]


CHECKS: tuple[Check, ...] = (
    selectors,
    targets,
    ports,
    references,
    settings,
    probes,
    shutdown,
    restrictions,
)
