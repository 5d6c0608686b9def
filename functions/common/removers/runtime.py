"""Import OpenVINO without its telemetry.

The telemetry needs a home directory, which a container's user may not have. OpenVINO works without it if its
import fails.
"""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
import openvino  # noqa: E402

__all__ = ["openvino"]
