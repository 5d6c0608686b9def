"""python -m infra.rollout: write the kustomization that rolls an image out to the cluster.

kustomize sets the image and applies the patches, but it cannot read the outputs of Terraform.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra import ROOT
from infra.errors import CommandError, exit_status

_IMAGE = "image-background-processor"  # the image's name in the manifests, which must not set a newName
_HELP = """Writes a kustomization over the manifests that sets the image, the bucket of the pictures and the
account of the pods, and prints its folder, for `kubectl apply --kustomize`. Bucket and account are outputs of
Terraform."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the kustomization, print its folder and return the exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    try:
        _write(options)
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}.") from None
    print(options.out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.rollout", description=_HELP)
    parser.add_argument("--image", metavar="NAME:TAG", required=True, help="the image, as it was pushed")
    parser.add_argument(
        "--outputs",
        metavar="FILE",
        type=Path,
        required=True,
        help="output of `terraform output -json` in environments/gke",
    )
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, default=Path("dist/rollout"), help="(%(default)s)"
    )
    parser.add_argument(
        "--manifests", metavar="FOLDER", type=Path, default=ROOT / "infra/gke", help="(%(default)s)"
    )
    return parser


def _write(options: argparse.Namespace) -> None:
    if not (options.manifests / "kustomization.yaml").is_file():
        raise CommandError(f"{options.manifests} has no kustomization.yaml.")
    outputs = _outputs(options.outputs, "image_bucket", "app_service_account")
    out = options.out.resolve()
    overlay = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(options.manifests.resolve(), out)],
        "images": [_image(options.image)],
        "patches": [_bucket(outputs["image_bucket"]), _account(outputs["app_service_account"])],
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "kustomization.yaml").write_text(json.dumps(overlay, indent=2) + "\n", "utf-8")  # JSON is YAML


def _outputs(path: Path, *names: str) -> dict[str, str]:
    try:
        outputs = json.loads(path.read_text("utf-8"))
        values = {name: outputs.get(name, {}).get("value") for name in names}
    except (json.JSONDecodeError, AttributeError):
        raise CommandError(f"{path} is not what `terraform output -json` prints.") from None
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise CommandError(f"Terraform has no output {', '.join(missing)}: apply environments/gke first.")
    return values


def _image(image: str) -> Mapping[str, str]:
    name, colon, tag = image.rpartition(":")
    if not colon or "/" in tag:
        raise CommandError(f"{image} is not an image and its tag, like NAME:TAG.")
    return {"name": _IMAGE, "newName": name, "newTag": tag}


def _bucket(name: str) -> Mapping[str, str]:
    return _patch({"kind": "ConfigMap", "metadata": {"name": "my-config"}, "data": {"IMAGE_BUCKET": name}})


def _account(email: str) -> Mapping[str, str]:
    annotations = {"iam.gke.io/gcp-service-account": email}
    return _patch({"kind": "ServiceAccount", "metadata": {"name": _IMAGE, "annotations": annotations}})


def _patch(resource: Mapping[str, object]) -> Mapping[str, str]:
    return {"patch": json.dumps({"apiVersion": "v1", **resource})}


if __name__ == "__main__":
    sys.exit(main())
