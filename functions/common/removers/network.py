"""Run a network from an ONNX file, compiled for this processor."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.removers.catalogue import CONVERTED
from common.removers.runtime import openvino

# Workers and other threads need the cores too, so inference threads are not pinned to cores.
_RUNTIME = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
# bfloat16 in the other layers saves a seventh of the time, and costs an eighth of the accuracy of u2netp.
_CONVERTED_RUNTIME = {**_RUNTIME, "INFERENCE_PRECISION_HINT": "f32"}


class Network:
    """A compiled network: network(tensor) returns its outputs.

    If the file has a converted copy beside it, that is used.
    """

    def __init__(self, file: Path) -> None:
        core, converted = openvino.Core(), file.with_suffix(CONVERTED)
        chosen, runtime = (converted, _CONVERTED_RUNTIME) if converted.is_file() else (file, _RUNTIME)
        self._inference = core.compile_model(core.read_model(chosen), "CPU", runtime).create_infer_request()

    def __call__(self, tensor: NDArray[np.float32]) -> Sequence[NDArray[np.float32]]:
        """Return the outputs for a tensor of shape (1, 3, height, width)."""
        outputs = self._inference.infer({0: tensor})
        return [outputs[index] for index in range(len(outputs))]
