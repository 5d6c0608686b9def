"""The manifests of infra/gke as Kubernetes objects, rendered by kustomize or as written."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local import ROOT

GKE = ROOT / "infra/gke"
Object = dict[str, Any]


def rendered(folder: Path = GKE) -> list[Object]:
    """Return the objects that `kubectl apply --kustomize` applies, and the example of the Secret."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed: infra/gke was checked as written, not as kustomize renders it")
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return [*yaml.safe_load_all(done.stdout), *_file("secret.example.yaml")]


def as_written() -> list[Object]:
    """Return the objects in the kustomization's files, and the example of the Secret."""
    (kustomization,) = _file("kustomization.yaml")
    return [each for name in [*kustomization["resources"], "secret.example.yaml"] for each in _file(name)]


def _file(name: str) -> list[Object]:
    return list(yaml.safe_load_all((GKE / name).read_text("utf-8")))


def title(thing: Object) -> str:
    return f"{thing['kind']}/{thing['metadata']['name']}"


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [each for each in objects if each["kind"] in kinds]


def workloads(objects: list[Object]) -> list[tuple[Object, Object]]:
    """Return the workloads with the templates of their pods."""
    jobs = [(each, each["spec"]["jobTemplate"]["spec"]["template"]) for each in of_kind(objects, "CronJob")]
    return [(each, each["spec"]["template"]) for each in of_kind(objects, "Deployment")] + jobs


def containers(objects: list[Object]) -> Iterator[tuple[str, Object, Object]]:
    """Yield every container with its workload's title and its pod's spec."""
    for workload, template in workloads(objects):
        for container in template["spec"]["containers"]:
            yield title(workload), template["spec"], container


def application(objects: list[Object]) -> tuple[str, Object, Object]:
    """Return the application's container, like `containers`."""
    return next(each for each in containers(of_kind(objects, "Deployment")))


def environment(objects: list[Object], container: Object) -> dict[str, str]:
    """Return a container's environment variables, without those from missing objects."""
    values: dict[str, str] = {}
    for source in container.get("envFrom", []):
        for kind, reference in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            values |= contents(objects, kind, source.get(reference, {}).get("name", ""))
    for variable in container.get("env", []):
        key = variable.get("valueFrom", {}).get("secretKeyRef", {})
        secret = contents(objects, "Secret", key.get("name", ""))
        if key.get("key") in secret:
            values[variable["name"]] = secret[key["key"]]
    return values


def contents(objects: list[Object], kind: str, name: str) -> dict[str, str]:
    """Return the data of the ConfigMap or Secret with this name."""
    found = [each for each in of_kind(objects, kind) if each["metadata"]["name"] == name]
    return {
        key: text
        for each in found
        for key, text in {**each.get("data", {}), **each.get("stringData", {})}.items()
    }
