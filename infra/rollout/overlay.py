"""The manifests in infra/gke with the image and the names of one deployment, as a kustomization."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.rollout.errors import RolloutError

_CONFIG_MAP, _SERVICE_ACCOUNT = "my-config", "image-background-processor"
_IDENTITY = "iam.gke.io/gcp-service-account"  # whom the pods act as at Google
# Where a manifest says which image it runs. By place and not by name, which the manifests may give a value
# of their own.
_CONTAINERS = {
    "Deployment": "/spec/template/spec/containers/0",
    "CronJob": "/spec/jobTemplate/spec/template/spec/containers/0",
}


@dataclass(frozen=True)
class Made:
    """What Terraform has made and the manifests name."""

    image_bucket: str
    app_service_account: str

    @classmethod
    def from_outputs(cls, text: str) -> "Made":
        """Read the answer of `terraform output -json`; raises RolloutError."""
        try:
            outputs = json.loads(text)
        except json.JSONDecodeError:
            raise RolloutError("The outputs are not what `terraform output -json` prints.") from None
        missing = [name for name in cls.__annotations__ if not outputs.get(name, {}).get("value")]
        if missing:
            raise RolloutError(f"Terraform has no output {', '.join(missing)}: apply environments/gke first.")
        return cls(**{name: outputs[name]["value"] for name in cls.__annotations__})


def kustomization(base: Path, folder: Path, image: str, made: Made) -> str:
    """Return the file that is to lie in this folder; JSON is YAML, too. Raises RolloutError."""
    _, colon, tag = image.rpartition(":")
    if not colon or "/" in tag:
        raise RolloutError(f"{image} is not an image and its tag, like NAME:TAG.")
    overlay = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(base, folder)],
        "patches": [
            *(_image(kind, container, image) for kind, container in _CONTAINERS.items()),
            _patch("ConfigMap", _CONFIG_MAP, {}, data={"IMAGE_BUCKET": made.image_bucket}),
            _patch(
                "ServiceAccount", _SERVICE_ACCOUNT, {"annotations": {_IDENTITY: made.app_service_account}}
            ),
        ],
    }
    return json.dumps(overlay, indent=2) + "\n"


def _image(kind: str, container: str, image: str) -> dict[str, object]:
    operation = {"op": "replace", "path": f"{container}/image", "value": image}
    return {"target": {"kind": kind}, "patch": json.dumps([operation])}


def _patch(kind: str, name: str, metadata: Mapping[str, object], **fields: object) -> dict[str, str]:
    resource = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **metadata}, **fields}
    return {"patch": json.dumps(resource)}
