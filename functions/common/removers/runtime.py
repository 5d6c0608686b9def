"""OpenVINO without its telemetry, which is set up as soon as it is imported.

That fails where a user has no home, as in a container. OpenVINO does without where it cannot be imported.
"""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
import openvino  # noqa: E402

__all__ = ["openvino"]
