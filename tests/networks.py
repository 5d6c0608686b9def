"""Tiny ONNX networks made by tests, whose output follows from their input."""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

_ANY = (1, 3, None, None)


def write_network(
    path: Path, *, channel: int = 0, scale: float = 1, offset: float = 0, output: int = 0
) -> Path:
    """Write a network that returns scale * channel + offset as output number `output`, after zeros."""
    nodes = [
        helper.make_node("Slice", ["given", "first", "last", "axis"], ["plane"]),
        helper.make_node("Mul", ["plane", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], [f"output{output}"]),
        *(helper.make_node("Mul", ["plane", "zero"], [f"output{index}"]) for index in range(output)),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("given", TensorProto.FLOAT, _ANY)],
        [
            helper.make_tensor_value_info(f"output{index}", TensorProto.FLOAT, (1, 1, None, None))
            for index in range(output + 1)
        ],
        [
            _constant("first", np.array([channel])),
            _constant("last", np.array([channel + 1])),
            _constant("axis", np.array([1])),
            *(_constant(name, np.array(value, np.float32)) for name, value in _factors(scale, offset)),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def _factors(scale: float, offset: float) -> list[tuple[str, float]]:
    return [("scale", scale), ("offset", offset), ("zero", 0)]


def _constant(name: str, value: NDArray[np.generic]) -> onnx.TensorProto:
    return onnx.numpy_helper.from_array(np.asarray(value), name)
