"""Run a network from an ONNX file, compiled for this processor."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.removers.catalogue import CONVERTED
from common.removers.runtime import openvino

logger = logging.getLogger(__name__)

# Workers and other threads need the cores too, so inference threads are not pinned to cores.
_RUNTIME = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}
# The layers that are not in 8 bits: bfloat16 costs u2netp an eighth of its accuracy.
_CONVERTED_RUNTIME = {**_RUNTIME, "INFERENCE_PRECISION_HINT": "f32"}


class Network:
    """A compiled network: network(tensor) returns its outputs.

    If the file has a converted copy beside it, the copy is used.
    """

    def __init__(self, file: Path) -> None:
        compiled = _of_copy(file.with_suffix(CONVERTED)) or _compiled(file, _RUNTIME)
        self._inference = compiled.create_infer_request()

    def __call__(self, tensor: NDArray[np.float32]) -> Sequence[NDArray[np.float32]]:
        """Return the outputs for a tensor of shape (1, 3, height, width)."""
        outputs = self._inference.infer({0: tensor})
        return [outputs[index] for index in range(len(outputs))]


def _of_copy(converted: Path) -> "openvino.CompiledModel | None":
    """Return the compiled copy, or None if there is none or it is damaged."""
    if not converted.is_file():
        return None
    try:
        return _compiled(converted, _CONVERTED_RUNTIME)
    except RuntimeError as error:
        logger.warning("The converted copy %s cannot be read: %s", converted.name, type(error).__name__)
        return None


def _compiled(file: Path, runtime: Mapping[str, object]) -> "openvino.CompiledModel":
    core = openvino.Core()
    return core.compile_model(core.read_model(file), "CPU", runtime)
