"""Requirements for infra/gke-https, whose kinds are missing in Kubernetes' own schemas."""

import itertools
from collections.abc import Iterator
from typing import Any

from tests.infra import dockerfile
from tests.infra.manifests import Object, application, of_kind, title
from tests.infra.pod_checks import DATABASE_WAIT, LONGEST_UPLOAD
from tests.infra.terraform_files import TERRAFORM, blocks

_KEPT_BY_LOAD_BALANCER = 600  # seconds, the default of Google's load balancers
_VARIABLES = dict(blocks(TERRAFORM / "environments" / "gke", "variable"))
_KEYS = {
    "HealthCheckPolicy": {
        "checkIntervalSec",
        "timeoutSec",
        "healthyThreshold",
        "unhealthyThreshold",
        "config",
    },
    "GCPBackendPolicy": {
        "timeoutSec",
        "connectionDraining",
        "logging",
        "securityPolicy",
        "maxRatePerEndpoint",
    },
}


def https_faults(objects: list[Object]) -> list[str]:
    """Return a sentence for every mistake."""
    return [
        fault for check in (_gateway, _routes, _policies, _service, _keep_alive) for fault in check(objects)
    ]


def _gateway(objects: list[Object]) -> Iterator[str]:
    """The Gateway uses the names of Terraform's address and certificates."""
    made = _VARIABLES[("name",)]["default"]
    (gateway,) = of_kind(objects, "Gateway")
    if gateway["metadata"]["annotations"]["networking.gke.io/certmap"] != made:
        yield f"Gateway: Terraform names its certificate map {made}"
    if gateway["spec"]["addresses"] != [{"type": "NamedAddress", "value": made}]:
        yield f"Gateway: Terraform names its address {made}"
    if [(each["protocol"], each["port"]) for each in gateway["spec"]["listeners"]] != [
        ("HTTP", 80),
        ("HTTPS", 443),
    ]:
        yield "Gateway: it does not listen for http on 80 and for https on 443"


def _routes(objects: list[Object]) -> Iterator[str]:
    """Https is routed to the Service, and http is redirected to https."""
    (service,), (gateway,) = of_kind(objects, "Service"), of_kind(objects, "Gateway")
    target = {"name": service["metadata"]["name"], "port": service["spec"]["ports"][0]["port"]}
    listeners = {each["name"]: each["protocol"] for each in gateway["spec"]["listeners"]}
    for route in of_kind(objects, "HTTPRoute"):
        (parent,), (rule,) = route["spec"]["parentRefs"], route["spec"]["rules"]
        protocol = (
            listeners.get(parent["sectionName"]) if parent["name"] == gateway["metadata"]["name"] else None
        )
        if protocol is None:
            yield f"{title(route)}: there is no such listener"
        if protocol == "HTTPS" and rule.get("backendRefs") != [target]:
            yield f"{title(route)}: it does not lead to the Service's port"
        if (
            protocol == "HTTP"
            and rule.get("filters", [{}])[0].get("requestRedirect", {}).get("scheme") != "https"
        ):
            yield f"{title(route)}: plain http is not redirected"


def _policies(objects: list[Object]) -> Iterator[str]:
    """Both policies apply to the Service, and allow uploads their time."""
    (service,) = of_kind(objects, "Service")
    for policy in of_kind(objects, *_KEYS):
        reference = policy["spec"]["targetRef"]
        if (reference["kind"], reference["name"]) != ("Service", service["metadata"]["name"]):
            yield f"{title(policy)}: there is no {reference['kind']}/{reference['name']}"
        for key in policy["spec"]["default"].keys() - _KEYS[policy["kind"]]:
            yield f"{title(policy)}: GKE knows no {key}"
    yield from _times(_default(objects, "GCPBackendPolicy"), _default(objects, "HealthCheckPolicy"), objects)


def _times(backend: Any, health: Any, objects: list[Object]) -> Iterator[str]:
    _, pod, container = application(objects)
    if backend.get("timeoutSec", 30) <= LONGEST_UPLOAD:
        yield f"GCPBackendPolicy: an upload of {LONGEST_UPLOAD} s is cut off"
    stop = pod["terminationGracePeriodSeconds"] - container["lifecycle"]["preStop"]["sleep"]["seconds"]
    if backend.get("connectionDraining", {}).get("drainingTimeoutSec", 0) < stop:
        yield f"GCPBackendPolicy: a pod may take {stop} s to finish its uploads"
    if health["config"]["httpHealthCheck"]["requestPath"] != "/api/health":
        yield "HealthCheckPolicy: it does not ask for health"
    if health["timeoutSec"] <= DATABASE_WAIT:
        yield f"HealthCheckPolicy: health may wait {DATABASE_WAIT} s for the database"


def _default(objects: list[Object], kind: str) -> Any:
    (policy,) = of_kind(objects, kind)
    return policy["spec"]["default"]


def _service(objects: list[Object]) -> Iterator[str]:
    """There is no second load balancer for plain http."""
    (service,) = of_kind(objects, "Service")
    if service["spec"]["type"] != "ClusterIP":
        yield f"{title(service)}: it has a load balancer of its own, which is plain http"


def _keep_alive(objects: list[Object]) -> Iterator[str]:
    """Pods keep idle connections longer than the load balancer, and otherwise start like the image."""
    name, _, container = application(objects)
    command = container.get("command", [])
    if float(dict(itertools.pairwise(command)).get("--keep-alive", 0)) <= _KEPT_BY_LOAD_BALANCER:
        yield f"{name}: it closes connections that the load balancer still uses"
    if command[: len(dockerfile.start_command())] != dockerfile.start_command():
        yield f"{name}: it starts otherwise than the image"
