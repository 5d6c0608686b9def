"""Background removal on this machine with U2-Net-p.

Qin et al., "U2-Net: Going Deeper with Nested U-Structure for Salient Object Detection" (2020).
"""

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from common.domain.errors import RemoverFailed
from common.imaging.matting import refined
from common.imaging.parallel import at_work
from common.observability.request_context import note
from common.removers.quantized import quantize
from common.removers.runtime import openvino

SIDE = 320  # pixels; what the network was trained on
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
# The other threads of this process need the cores too, so none of the inference's is bound to one.
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

    @at_work()
    def matte(self, picture: Image.Image) -> Image.Image:
        """Return the alpha matte (mode L, same size) of an RGB picture."""
        pixels = network_input(picture)
        try:
            with self._one_at_a_time:
                outputs = self._inference.infer({0: pixels})
        except Exception as error:  # the runtime's exceptions have no common base of their own
            raise RemoverFailed from error
        note(remover="local")
        return refined(picture, _stretched(outputs[0][0, 0]))


def network_input(picture: Image.Image) -> NDArray[np.float32]:
    """Return the picture as float32 of shape (1, 3, 320, 320), normalised as in training."""
    small = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=1.5), np.float32)
    normalised = (small / max(small.max(), 1e-6) - _MEAN) / _STD
    return np.ascontiguousarray(normalised.transpose(2, 0, 1)[np.newaxis])


def _stretched(saliency: NDArray[np.float32]) -> Image.Image:
    """Return the network's saliency map (320, 320) as a grey picture that uses the whole range."""
    low, high = saliency.min(), saliency.max()
    return Image.fromarray(((saliency - low) / max(high - low, 1e-6) * 255).astype(np.uint8))
