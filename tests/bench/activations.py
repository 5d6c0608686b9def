"""python -m tests.bench.activations: what goes at most into the layers that compute in integers.

On the pictures of the bench, noise, and flat colours; with --photos FOLDER on photos too. The ranges in
`common.removers.quantized` leave room above these.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from common.removers.local import VIEW, network_input
from common.removers.quantized import HIGHEST
from common.removers.runtime import openvino
from infra.local import ROOT
from tests.bench.cut_outs import known_cut_outs
from tests.looking import picture_of

MODEL = ROOT / ".data" / "models" / "u2netp.onnx"


def highest(model: Path, pictures: Iterator[Image.Image]) -> dict[str, float]:
    """Return the highest value that any of these pictures sends into each layer."""
    core = openvino.Core()
    network = core.read_model(model)
    layers = {layer.get_friendly_name(): layer for layer in network.get_ordered_ops()}
    looked_at = [openvino.opset13.result(layers[name].input_value(0)) for name in HIGHEST]
    part = openvino.Model(looked_at, network.get_parameters())
    inference = core.compile_model(part, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    inputs = (network_input(picture_of(each).view(VIEW)) for each in pictures)
    seen = [[float(given.max()) for given in inference({0: each}).values()] for each in inputs]
    return dict(zip(HIGHEST, np.max(seen, axis=0).tolist(), strict=True))


def pictures(photos: Path | None) -> Iterator[Image.Image]:
    """Yield pictures of every kind."""
    for known in known_cut_outs():
        yield known.photo
    yield Image.fromarray(np.random.default_rng(0).integers(0, 256, (500, 500, 3), np.uint8))
    yield Image.fromarray((np.indices((500, 500)).sum(0) // 8 % 2 * 255).astype(np.uint8)).convert("RGB")
    for colour in ("white", "black", "red"):
        yield Image.new("RGB", (500, 500), colour)
    for path in sorted(photos.glob("*.jpg")) if photos else ():
        with Image.open(path) as photo:
            yield photo.convert("RGB")


def main() -> None:
    """Print a line for each layer."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.activations", description=__doc__)
    parser.add_argument("--photos", type=Path, help="a folder of JPEGs to look at too")
    parser.add_argument("--model", type=Path, default=MODEL, help="u2netp.onnx")
    options = parser.parse_args()
    for name, value in highest(options.model, pictures(options.photos)).items():
        print(f"{name}: {value:.1f}, the range ends at {HIGHEST[name]:.0f}")


if __name__ == "__main__":
    main()
