"""The heaviest convolutions of U2-Net-p in integers of 8 bits.

Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference" (2018): kernels by output
channel, activations by tensor. Four layers are more than two fifths of the network's work; with these alone
in integers its answer differs less than with all of it in bfloat16.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from common.removers.runtime import openvino

# What goes into these is between zero and so much, on any picture (python -m tests.bench.activations).
HIGHEST = {
    "Conv_132/WithoutBiases": 28.0,
    "Conv_680/WithoutBiases": 16.0,
    "Conv_810/WithoutBiases": 30.0,
    "Conv_942/WithoutBiases": 52.0,
}
_KERNELS = "6c26b20491b92e7a4f39dc080839cf077909516413df9fc3794c394ed0f5ed90"


def quantize(network: openvino.Model) -> None:
    """Let the published U2-Net-p compute these layers in integers; any other network is left as it is."""
    layers = {layer.get_friendly_name(): layer for layer in network.get_ordered_ops()}
    found = [layers[name] for name in HIGHEST if name in layers]
    nodes = [layer.input_value(1).get_node() for layer in found]
    kernels = [node.data for node in nodes if node.get_type_name() == "Constant"]
    if hashlib.sha256(b"".join(kernel.tobytes() for kernel in kernels)).hexdigest() != _KERNELS:
        return
    for layer, kernel, highest in zip(found, kernels, HIGHEST.values(), strict=True):
        bound = np.abs(kernel).max((1, 2, 3), keepdims=True)
        most = np.full((1, 1, 1, 1), highest, np.float32)
        _round(layer.input(0), np.zeros_like(most), most, 256)
        _round(layer.input(1), -bound, bound, 255)


def _round(given: openvino.Input, low: NDArray[np.float32], high: NDArray[np.float32], levels: int) -> None:
    """Let a layer be given one of so many values between these in place of what it was given."""
    rounded = openvino.opset13.fake_quantize(given.get_source_output(), low, high, low, high, levels)
    given.replace_source_output(rounded.output(0))
