"""The same maps as rembg's, of the same file and the same square."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from common.removers import network
from common.removers.catalogue import CATALOGUE, Fill, Model
from common.removers.local import LocalRemover
from common.removers.sources import Source
from infra.local import ROOT
from tests.looking import picture_of
from tests.networks import write_network
from tests.portrait import PHOTO

MASK = """
import sys
from PIL import Image
from rembg import new_session
session = new_session(sys.argv[1], **({"model_path": sys.argv[4]} if sys.argv[4:] else {}))
session.predict(Image.open(sys.argv[2]))[0].save(sys.argv[3])
"""


@pytest.fixture(autouse=True)
def in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_RUNTIME", {"INFERENCE_PRECISION_HINT": "f32"})


@pytest.fixture(scope="module")
def rembg() -> Path:
    subprocess.run(["make", "--silent", ".venv/rembg/installed"], cwd=ROOT, check=True, timeout=280)
    return ROOT / ".venv/rembg/bin/python"


def square(side: int) -> Image.Image:
    """Return a part of the photo that the network takes as it is, darker than white."""
    with Image.open(PHOTO) as photo:
        return photo.convert("RGB").crop((60, 60, 460, 460)).resize((side, side)).point(lambda v: v * 0.8)


def difference(rembg: Path, folder: Path, model: str, file: Path, arguments: list[str]) -> float:
    """Return the largest difference of our map from rembg's, of 255."""
    entry = CATALOGUE[model]
    assert isinstance(entry, Model)
    picture = square(entry.input.side)
    picture.save(folder / "square.png")
    session, *more = arguments
    command = [str(rembg), "-c", MASK, session, str(folder / "square.png"), str(folder / "mask.png"), *more]
    subprocess.run(command, check=True, timeout=280, env=os.environ | {"U2NET_HOME": str(file.parent)})
    found = LocalRemover([Source(file, entry.input, entry.output, Fill.MIRROR)]).matte(
        picture_of(picture).view
    )
    ours = np.frombuffer(found.samples, np.uint8).reshape(found.height, found.width)
    with Image.open(folder / "mask.png") as mask:
        theirs = np.asarray(mask, np.int16)
    assert theirs.max() - theirs.min() > 200
    return float(np.abs(ours - theirs).max())


@pytest.mark.extended
@pytest.mark.parametrize("model", ["u2net", "u2netp"])
def test_the_map_is_rembgs(rembg: Path, tmp_path: Path, default_model: Path, model: str) -> None:
    original = tmp_path / f"{model}.onnx"
    original.symlink_to(default_model / original.name)  # without its converted copy

    assert difference(rembg, tmp_path, model, original, [model]) <= 2


@pytest.mark.extended
@pytest.mark.parametrize("channel", [0, 2], ids=["red", "blue"])
def test_the_map_of_an_is_net_is_that_of_rembgs_session_for_one_of_your_own(
    rembg: Path, tmp_path: Path, channel: int
) -> None:
    file = write_network(tmp_path / "own.onnx", channel=channel, scale=-3, offset=0.4)

    assert difference(rembg, tmp_path, "isnet-general-use", file, ["dis_custom", str(file)]) <= 2
