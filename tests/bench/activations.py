"""python -m tests.bench.activations u2netp --photos FOLDER: the largest input value of each heavy layer.

Prints JSON for infra/models/largest_inputs.json: the convolutions to convert to 8 bits, and the largest value
of their input on these photos, those that the bench makes and some without a subject, plus a margin.
"""

import argparse
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from common.removers.catalogue import CATALOGUE, Model
from common.removers.maps import tensor, view_spec
from common.removers.runtime import openvino
from infra.models.files import path_of
from tests.bench.photos import MEDIUM, Photos
from tests.bench.stage import MODEL
from tests.looking import picture_of

Floats = NDArray[np.float32]

_MARGIN = 1.05
_WIDEST = 100  # rounding an input with a larger range costs accuracy


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.activations", description=__doc__)
    parser.add_argument(
        "model", choices=[name for name, entry in CATALOGUE.items() if isinstance(entry, Model)]
    )
    parser.add_argument("--photos", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--least-work",
        type=float,
        default=0.015,
        metavar="N",
        help="leave out layers with fewer billions of multiplications, because each converted layer"
        " makes loading slower; 0.2 for u2netp, which is to start fast (%(default)s)",
    )
    options = parser.parse_args()
    entry = CATALOGUE[options.model]
    assert isinstance(entry, Model)
    file = path_of(options.model, MODEL.parent)
    found = _largest(file, entry, options.photos, options.least_work * 1e9)
    chosen = {name: float(f"{most * _MARGIN:.3g}") for name, most in found.items() if most < _WIDEST}
    print(json.dumps({options.model: chosen}, indent=2))


def _largest(file: Path, entry: Model, photos: Path, least_work: float) -> Mapping[str, float]:
    """Return the largest input of each heavy convolution whose input is never negative."""
    network = openvino.Core().read_model(file)
    layers = [node for node in network.get_ordered_ops() if _work(node) >= least_work]
    outputs = len(network.outputs)
    network.add_outputs([layer.input_value(0) for layer in layers])
    inference = openvino.Core().compile_model(network, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    ranges = np.array([
        [_range(inputs) for inputs in inference(_given(picture, entry)).values()][outputs:]
        for picture in _pictures(photos)
    ])  # fmt: skip
    names = [layer.get_friendly_name() for layer in layers]
    least, most = ranges[..., 0].min(0), ranges[..., 1].max(0)
    return {name: float(most[at]) for at, name in enumerate(names) if least[at] >= 0}


def _range(values: Floats) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def _given(picture: Image.Image, entry: Model) -> Floats:
    """Return the network's input for a picture."""
    return tensor(picture_of(picture).view(view_spec(entry.input)), entry.input, entry.input.fill)


def _work(node: openvino.Node) -> float:
    """Return the number of multiplications of a convolution, 0 for other nodes."""
    if node.get_type_name() != "Convolution":
        return 0
    shape, weights = node.output(0).get_shape(), node.input_value(1).get_shape()
    return float(np.prod(list(shape)) * np.prod(list(weights)[1:]))


def _pictures(photos: Path) -> Iterator[Image.Image]:
    for path in sorted((*photos.glob("*.jpg"), *photos.glob("*.png"))):
        with Image.open(path) as photo:
            yield ImageOps.exif_transpose(photo).convert("RGB")
    for seed in range(6):
        with Image.open(io.BytesIO(Photos().photo(MEDIUM, seed))) as photo:
            yield photo.convert("RGB")
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    yield Image.fromarray(noise)
    yield from (Image.new("RGB", (400, 300), colour) for colour in ("white", "black", "red"))


if __name__ == "__main__":
    main()
