"""Networks of ONNX files made by the tests: every variant of an entry, from the file to the numbers."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from common.removers.catalogue import Activation, Fill, Fit, Input, Output
from common.removers.local import LocalRemover
from common.removers.network import Network
from common.removers.sources import Source
from tests.looking import picture_of
from tests.networks import write_network

PLAIN = Input(side=64, mean=(0, 0, 0), std=(1, 1, 1), divisor=255, fit=Fit.STRETCH)
AS_IT_IS = Output(is_stretched=False)
PICTURE = Image.merge(
    "RGB", [Image.linear_gradient("L").rotate(turn).resize((96, 64)) for turn in (0, 90, 180)]
)


def answer(file: Path, input: Input, output: Output) -> NDArray[np.float64]:
    """Return the samples of the small matte, from 0 to 1."""
    remover = LocalRemover([Source(file, input, output, Fill.MIRROR)])
    matte = remover.matte(picture_of(PICTURE).view)
    return np.frombuffer(matte.samples, np.uint8).reshape(matte.height, matte.width) / 255


def channel(index: int, size: tuple[int, int]) -> NDArray[np.float64]:
    return np.asarray(PICTURE.resize(size, Image.Resampling.LANCZOS))[..., index] / 255


def test_a_network_gives_all_of_its_outputs_in_order(tmp_path: Path) -> None:
    given = np.random.default_rng(1).random((1, 3, 5, 7), np.float32)

    outputs = Network(write_network(tmp_path / "n.onnx", channel=1, scale=2, offset=0.5, output=2))(given)

    assert [output.shape for output in outputs] == [(1, 1, 5, 7)] * 3
    np.testing.assert_allclose(outputs[2][0, 0], 2 * given[0, 1] + 0.5, atol=1e-2)
    assert not outputs[0].any()


@pytest.mark.parametrize("index", [0, 1, 2])
def test_channels_come_in_the_order_red_green_blue(tmp_path: Path, index: int) -> None:
    file = write_network(tmp_path / "n.onnx", channel=index)

    np.testing.assert_allclose(answer(file, PLAIN, AS_IT_IS), channel(index, (64, 64)), atol=0.01)


def test_mean_and_std_are_applied_before_the_network(tmp_path: Path) -> None:
    input = Input(side=64, mean=(0.25, 0.5, 0.5), std=(0.5, 1, 1), divisor=255, fit=Fit.STRETCH)
    file = write_network(
        tmp_path / "n.onnx", scale=0.5, offset=0.25
    )  # the inverse: 0.5 * (x - 0.25) / 0.5 + 0.25

    np.testing.assert_allclose(answer(file, input, AS_IT_IS), channel(0, (64, 64)), atol=0.01)


def test_the_entry_s_output_is_read(tmp_path: Path) -> None:
    file = write_network(tmp_path / "n.onnx", output=2)

    assert answer(file, PLAIN, AS_IT_IS).max() == 0
    found = answer(file, PLAIN, Output(index=2, is_stretched=False))
    np.testing.assert_allclose(found, channel(0, (64, 64)), atol=0.01)


def test_logits_are_activated(tmp_path: Path) -> None:
    file = write_network(tmp_path / "n.onnx", scale=8, offset=-4)

    found = answer(file, PLAIN, Output(activation=Activation.SIGMOID, is_stretched=False))

    expected = 1 / (1 + np.exp(4 - 8 * channel(0, (64, 64))))
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_a_map_of_half_the_range_is_stretched_if_the_entry_says_so(tmp_path: Path) -> None:
    file = write_network(tmp_path / "n.onnx", scale=0.6, offset=0.2)

    as_it_is, whole = (answer(file, PLAIN, Output(is_stretched=choice)) for choice in (False, True))

    assert 0.19 < as_it_is.min() < as_it_is.max() < 0.81
    assert (whole.min(), whole.max()) == (0, 1)


@pytest.mark.parametrize(
    ("fit", "size"), [(Fit.STRETCH, (64, 64)), (Fit.LETTERBOX, (64, 43)), (Fit.SHORT_SIDE, (96, 64))]
)
def test_the_small_matte_is_the_picture_s_part_of_the_square(
    tmp_path: Path, fit: Fit, size: tuple[int, int]
) -> None:
    input = Input(side=64, mean=(0, 0, 0), std=(1, 1, 1), divisor=255, fit=fit)
    file = write_network(tmp_path / "n.onnx", channel=1)

    found = answer(file, input, AS_IT_IS)

    assert found.shape == (size[1], size[0])
    np.testing.assert_allclose(found, channel(1, size), atol=0.02)


@pytest.mark.parametrize("level", [0, 0.5, 1])
def test_a_network_that_says_the_same_everywhere_finds_nothing(tmp_path: Path, level: float) -> None:
    file = write_network(tmp_path / "n.onnx", scale=0.001, offset=level)

    assert answer(file, PLAIN, Output()).max() < 0.02
