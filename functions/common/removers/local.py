"""Background removal on this machine with U2-Net-p.

Qin et al., "U2-Net: Going Deeper with Nested U-Structure for Salient Object Detection" (2020).
"""

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.domain.errors import RemoverFailed
from common.domain.pictures import Look, Matte, View, ViewSpec
from common.observability.request_context import bind, timed
from common.removers.quantized import quantize
from common.removers.runtime import openvino

SIDE = 320  # pixels; what the network was trained on
VIEW = ViewSpec("rgb", SIDE, "stretch", answers_soon=True)
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
# Workers and other threads need the cores too, so no inference thread is bound to one.
_RUNTIME = {"PERFORMANCE_HINT": "LATENCY", "ENABLE_CPU_PINNING": False}


class LocalRemover:
    """A remover that runs the ONNX file of a U2-Net in this process."""

    def __init__(self, model: Path) -> None:
        core = openvino.Core()
        network = core.read_model(model)
        quantize(network)
        self._inference = core.compile_model(network, "CPU", _RUNTIME).create_infer_request()
        # One inference keeps every core busy; more at once would only take more memory.
        self._one_at_a_time = threading.Lock()

    def matte(self, look: Look) -> Matte:
        """Return the network's saliency map as a matte that uses the whole range."""
        pixels = network_input(look(VIEW))
        try:
            with timed("remove"), self._one_at_a_time:
                saliency = self._inference.infer({0: pixels})[0][0, 0]
        except Exception as error:  # the runtime's exceptions have no common base of their own
            raise RemoverFailed from error
        bind(remover="local")
        return Matte(SIDE, SIDE, _stretched(saliency), refine=True)


def network_input(view: View) -> NDArray[np.float32]:
    """Return the view as float32 of shape (1, 3, 320, 320), normalised as in training."""
    small = np.frombuffer(view.content, np.uint8).reshape(SIDE, SIDE, 3).astype(np.float32)
    normalised = (small / max(small.max(), 1e-6) - _MEAN) / _STD
    return np.ascontiguousarray(normalised.transpose(2, 0, 1)[np.newaxis])


def _stretched(saliency: NDArray[np.float32]) -> bytes:
    low, high = saliency.min(), saliency.max()
    return bytes(((saliency - low) / max(high - low, 1e-6) * 255).astype(np.uint8))
