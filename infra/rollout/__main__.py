"""python -m infra.rollout: write the kustomization that rolls an image out to the cluster."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.rollout.errors import RolloutError
from infra.rollout.overlay import Made, kustomization

_MANIFESTS = Path(__file__).resolve().parents[1] / "gke"
_HELP = """Writes a kustomization over the manifests that sets the image, the bucket of the pictures and whom
the pods act as, and prints its folder, for `kubectl apply -k`. The names come from Terraform's outputs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the kustomization, print its folder and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        _write(options)
    except RolloutError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
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
        help="what `terraform output -json` prints in environments/gke",
    )
    parser.add_argument(
        "--out", metavar="FOLDER", type=Path, default=Path("dist/rollout"), help="(%(default)s)"
    )
    parser.add_argument("--manifests", metavar="FOLDER", type=Path, default=_MANIFESTS, help="(%(default)s)")
    return parser


def _write(options: argparse.Namespace) -> None:
    if not (options.manifests / "kustomization.yaml").is_file():
        raise RolloutError(f"{options.manifests} has no kustomization.yaml.")
    made = Made.from_outputs(options.outputs.read_text("utf-8"))
    out = options.out.resolve()
    text = kustomization(options.manifests.resolve(), out, options.image, made)
    out.mkdir(parents=True, exist_ok=True)
    (out / "kustomization.yaml").write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
