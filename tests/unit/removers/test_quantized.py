"""The layers of the real network that compute in integers, and what that does to its answer."""

from pathlib import Path

import numpy as np
import pytest

from common.removers.quantized import HIGHEST, quantize
from common.removers.runtime import openvino
from tests.bench.activations import highest, pictures

IN_FLOAT32 = {"INFERENCE_PRECISION_HINT": "f32"}


def rounded_inputs(network: openvino.Model) -> list[str]:
    """Return the names of the layers that are given rounded values, once for each input."""
    rounding = [layer for layer in network.get_ordered_ops() if layer.get_type_name() == "FakeQuantize"]
    return sorted(
        target.get_node().get_friendly_name()
        for one in rounding
        for target in one.output(0).get_target_inputs()
    )


def test_the_heaviest_layers_of_the_published_network_are_given_rounded_values(weights: Path) -> None:
    network = openvino.Core().read_model(weights)

    quantize(network)

    assert rounded_inputs(network) == sorted([*HIGHEST, *HIGHEST])


def test_the_answer_is_nearly_that_of_float32(weights: Path) -> None:
    core = openvino.Core()
    exact, network = core.read_model(weights), core.read_model(weights)
    quantize(network)
    given = np.random.default_rng(5).normal(0, 1, (1, 3, 320, 320)).astype(np.float32)

    answers = [core.compile_model(each, "CPU", IN_FLOAT32)({0: given})[0] for each in (exact, network)]

    assert 0 < np.abs(answers[0] - answers[1]).mean() < 0.004


def test_other_weights_are_left_as_they_are(weights: Path) -> None:
    network = openvino.Core().read_model(weights)
    (layer,) = (
        each for each in network.get_ordered_ops() if each.get_friendly_name() == "Conv_810/WithoutBiases"
    )
    kernel = layer.input_value(1).get_node()
    trained_on = openvino.opset13.constant(kernel.data * np.float32(1.01))
    layer.input(1).replace_source_output(trained_on.output(0))

    quantize(network)

    assert rounded_inputs(network) == []


def test_a_network_whose_kernels_are_computed_is_left_as_it_is(weights: Path) -> None:
    network = openvino.Core().read_model(weights)
    (layer,) = (each for each in network.get_ordered_ops() if each.get_friendly_name() == next(iter(HIGHEST)))
    computed = openvino.opset13.abs(layer.input_value(1))
    layer.input(1).replace_source_output(computed.output(0))

    quantize(network)

    assert rounded_inputs(network) == []


@pytest.mark.extended
def test_what_goes_into_the_layers_is_within_their_ranges(weights: Path) -> None:
    seen = highest(weights, pictures(None))

    assert all(0.8 * HIGHEST[name] < value <= HIGHEST[name] for name, value in seen.items())
