"""The converted copy of a model's file: what it computes, and what a failure leaves."""

import io
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from common.removers.catalogue import CONVERTED, U2NET_INPUT, Fill
from common.removers.maps import tensor, view_spec
from common.removers.network import Network
from common.removers.runtime import openvino
from infra.models import conversion, eight_bit
from infra.models.conversion import keep_converted, with_copy
from tests.looking import picture_of
from tests.portrait import PHOTO


@pytest.fixture
def original(tmp_path: Path, weights: Path) -> Path:
    """A model's file alone in a folder."""
    return Path(shutil.copy(weights, tmp_path / "u2netp.onnx"))


def kept(original: Path, name: str = "u2netp") -> str:
    """Convert, and return what was printed."""
    stream = io.StringIO()
    keep_converted(name, original, stream)
    return stream.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def given() -> NDArray[np.float32]:
    """Return a photo of a person as the network's input."""
    with Image.open(PHOTO) as photo:
        view = picture_of(photo.convert("RGB")).view(view_spec(U2NET_INPUT))
    return tensor(view, U2NET_INPUT, Fill.BLUR)


def exact(file: Path) -> NDArray[np.float32]:
    """Return the network's first map in 32 bits."""
    compiled = openvino.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found: NDArray[np.float32] = compiled(given())[0]
    return found


def test_the_copy_computes_nearly_the_same_and_is_used_in_place_of_the_original(original: Path) -> None:
    in_32_bits = exact(original)
    assert np.ptp(in_32_bits) > 0.9

    assert kept(original) == "Converting u2netp to 8 bits ...\n"

    used = Network(original)(given())[0]
    assert 0 < np.abs(used - in_32_bits).mean() < 0.01
    np.testing.assert_allclose(used, exact(original.with_suffix(CONVERTED)), atol=1e-5)


def test_conversions_give_the_same_bytes(original: Path) -> None:
    kept(original)
    first = contents(original.parent)
    for path in original.parent.glob("*.8bit.*"):
        path.unlink()
    kept(original)

    assert contents(original.parent) == first
    assert set(first) == {path.name for path in with_copy(original)}


def test_a_copy_is_made_once_and_again_for_a_newer_file(original: Path) -> None:
    assert [bool(kept(original)), bool(kept(original))] == [True, False]

    copied = original.with_suffix(CONVERTED).stat().st_mtime
    os.utime(original, (copied + 1, copied + 1))

    assert kept(original)


def test_a_model_without_known_layers_is_not_converted(original: Path) -> None:
    assert kept(original, "silueta") == ""
    assert with_copy(original) == (original,)


@pytest.mark.parametrize("error", [OSError("No space left"), RuntimeError("Check failed:\nNo space left")])
def test_a_failure_leaves_nothing_and_the_original_is_used(
    original: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(network: openvino.Model, target: Path, **_: object) -> None:
        target.with_suffix(".bin").write_bytes(b"x")
        raise error

    monkeypatch.setattr(openvino, "save_model", fail)

    assert kept(original).endswith("u2netp stays slower, because it could not be converted: No space left\n")
    assert [path.name for path in original.parent.iterdir()] == [original.name]


def test_a_copy_that_was_not_written_whole_is_not_kept(
    original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = openvino.save_model

    def cut_off(network: openvino.Model, target: Path, **options: object) -> None:
        save(network, target, **options)
        os.truncate(target.with_suffix(".bin"), 1000)

    monkeypatch.setattr(openvino, "save_model", cut_off)

    assert "could not be converted" in kept(original)
    assert with_copy(original) == (original,)


def test_an_older_copy_is_not_used_after_a_failure(original: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(original)
    os.utime(original.with_suffix(CONVERTED), (0, 0))
    monkeypatch.setitem(sys.modules, "infra.models.eight_bit", None)

    assert "could not be converted" in kept(original)
    assert with_copy(original) == (original,)


def test_a_layer_that_the_network_does_not_have_is_a_failure(
    original: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    layers = tmp_path / "largest_inputs.json"
    layers.write_text('{"u2netp": {"Conv_2/Renamed": 1}}')
    monkeypatch.setattr(conversion, "_LARGEST_INPUTS", layers)
    shutil.copy(eight_bit.__file__, tmp_path)

    assert "could not be converted: 'Conv_2/Renamed'" in kept(original)


@pytest.mark.parametrize("damage", [b"", b"<?xml version='1.0'?><net>"])
def test_a_damaged_copy_is_logged_and_the_original_is_used(
    original: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    kept(original)
    original.with_suffix(CONVERTED).write_bytes(damage)

    assert np.ptp(Network(original)(given())[0]) > 0.9
    assert "u2netp.8bit.xml cannot be read" in caplog.text


def test_a_copy_without_its_weights_is_made_again(original: Path) -> None:
    kept(original)
    original.with_suffix(".8bit.bin").unlink()

    assert kept(original)
    assert len(with_copy(original)) == 3
    assert all(path.exists() for path in with_copy(original))


def test_without_openvino_the_original_is_used(original: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "infra.models.eight_bit", None)

    assert "could not be converted" in kept(original)
    assert with_copy(original) == (original,)
