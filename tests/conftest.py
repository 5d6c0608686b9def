"""What tests of every kind share."""

from pathlib import Path

import pytest

from infra.local import ROOT
from infra.local.weights import fetch


@pytest.fixture(scope="session")
def weights() -> Path:
    """Return the path of the local model's weights, fetched where they are not here yet."""
    return fetch(ROOT / ".data/models/u2netp.onnx")
