"""Convert the heavy convolutions of a network to 8 bits.

Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference" (2018): inputs are
rounded per layer, weights per output channel.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from common.removers.runtime import openvino

_operations = openvino.opset13
_INPUT_LEVELS = 256
_LARGEST_WEIGHT = 127
_LEAST_SCALE = 1e-9  # of a channel whose weights are all 0


def write_converted(original: Path, largest_inputs: Mapping[str, float], target: Path) -> None:
    """Write a copy of a network as OpenVINO's .xml and .bin, with these layers in 8 bits.

    `largest_inputs` has the largest value of each layer's input; the least is 0. Raises RuntimeError if the
    copy cannot be read, for example because the disk was full, and KeyError if a layer is missing.
    """
    network = openvino.Core().read_model(original)
    layers = {layer.get_friendly_name(): layer for layer in network.get_ordered_ops()}
    for name, largest in largest_inputs.items():
        _round_input(layers[name], largest)
        _round_weights(layers[name])
    _number(network)
    openvino.save_model(network, target, compress_to_fp16=False)
    openvino.Core().read_model(target)


def _round_input(layer: openvino.Node, largest: float) -> None:
    """Insert a fake-quantize node in front of a layer."""
    bounds = np.zeros((1, 1, 1, 1), np.float32), np.full((1, 1, 1, 1), largest, np.float32)
    rounded = _operations.fake_quantize(layer.input_value(0), *bounds, *bounds, _INPUT_LEVELS)
    layer.input(0).replace_source_output(rounded.output(0))


def _round_weights(layer: openvino.Node) -> None:
    """Replace a layer's weights by integers of 8 bits and a scale for each output channel."""
    weights = layer.input_value(1).get_node().data
    scales = np.abs(weights).max((1, 2, 3), keepdims=True).clip(_LEAST_SCALE) / np.float32(_LARGEST_WEIGHT)
    integers = _operations.constant(np.rint(weights / scales).astype(np.int8))
    rounded = _operations.multiply(_operations.convert(integers, "f32"), _operations.constant(scales))
    layer.input(1).replace_source_output(rounded.output(0))


def _number(network: openvino.Model) -> None:
    """Name the inner nodes by their order, because OpenVINO's own numbers differ from run to run."""
    for number, node in enumerate(network.get_ordered_ops()):
        if node.get_type_name() not in ("Parameter", "Result"):
            node.set_friendly_name(str(number))
