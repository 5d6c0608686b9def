"""Requirements for each pod: settings, probes, termination and permissions."""

import math
from collections.abc import Iterator

from common.settings import SETTINGS, Settings, SettingsError
from common.timeouts import UPLOAD_SECONDS
from endpoints import APPLICATION_REQUIRES, ENDPOINTS
from infra.local import ROOT
from tests.infra import dockerfile
from tests.infra.manifests import Object, application, containers, contents, environment, of_kind, title

USER = 10001  # as in the Dockerfile
LONGEST_UPLOAD = math.ceil(UPLOAD_SECONDS)
DATABASE_WAIT = 2  # seconds that health waits for the database
SECRETS = {
    "MONGO_URI": "mongodb://server",
    "APP_SECRET_KEY": "k" * 16,
    "X_RAPID_API_KEY": "k",
    "ACCESS_KEY": "k" * 12,
}
REQUIRES = {"Deployment": APPLICATION_REQUIRES, "CronJob": ENDPOINTS["cleanup"].requires}
PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
RESTRICTIONS: Object = {
    "runAsNonRoot": True,
    "runAsUser": USER,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def settings(objects: list[Object]) -> Iterator[str]:
    """Every key is a setting, only the Secret has secrets, and every container can start."""
    for each in of_kind(objects, "ConfigMap", "Secret"):
        for key in contents(objects, each["kind"], each["metadata"]["name"]):
            if key not in SETTINGS:
                yield f"{title(each)}: {key} is no setting"
            elif (key in SECRETS) != (each["kind"] == "Secret"):
                yield f"{title(each)}: {key} belongs into the {'Secret' if key in SECRETS else 'ConfigMap'}"
    for name, _, container in containers(objects):
        found = environment(objects, container)
        given = {key: SECRETS.get(key, text.replace("PROJECT_ID", "project")) for key, text in found.items()}
        try:
            Settings.from_env(given, requires=REQUIRES[name.split("/")[0]])
        except SettingsError as error:
            yield f"{name}: {error}"


def probes(objects: list[Object]) -> Iterator[str]:
    """Only readiness depends on the database, and no probe fails because a process is busy."""
    name, _, container = application(objects)
    readiness, liveness, startup = (container[probe] for probe in PROBES)
    if readiness["httpGet"]["path"] != "/api/health":
        yield f"{name} readinessProbe: {readiness['httpGet']['path']} is not the health endpoint"
    if readiness["timeoutSeconds"] <= DATABASE_WAIT:
        yield f"{name} readinessProbe: it does not wait the {DATABASE_WAIT} seconds that health may take"
    for kind, probe in (("livenessProbe", liveness), ("startupProbe", startup)):
        path = probe["httpGet"]["path"]
        if not (ROOT / "web" / path.lstrip("/")).is_file():
            yield f"{name} {kind}: {path} is no file of the site and may ask for the database"
    if liveness["periodSeconds"] * (liveness["failureThreshold"] - 1) < LONGEST_UPLOAD:
        yield f"{name} livenessProbe: it ends a process that is busy with uploads of {LONGEST_UPLOAD} s"


def shutdown(objects: list[Object]) -> Iterator[str]:
    """A terminating pod lets its uploads finish."""
    name, pod, container = application(objects)
    graceful = dockerfile.grace()
    if graceful <= LONGEST_UPLOAD:
        yield f"Dockerfile: --grace is less than the {LONGEST_UPLOAD} s of an upload"
    needed = container["lifecycle"]["preStop"]["sleep"]["seconds"] + graceful
    if pod.get("terminationGracePeriodSeconds", 30) <= needed:
        yield f"{name}: terminationGracePeriodSeconds is not more than preStop and --grace take ({needed} s)"


def restrictions(objects: list[Object]) -> Iterator[str]:
    """Pods meet the restricted Pod Security Standard, with a read-only root file system."""
    for name, pod, container in containers(objects):
        own = {**pod.get("securityContext", {}), **container.get("securityContext", {})}
        for field, value in RESTRICTIONS.items():
            if own.get(field) != value:
                yield f"{name} securityContext: {field} is not {value}"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name}: it mounts a token of the Kubernetes API"
        resources = container.get("resources", {})
        for kind, resource in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
            if resource not in resources.get(kind, {}):
                yield f"{name} resources: {kind} has no {resource}"
