"""The input of a network and the use of its output, for every variant of a catalogue entry."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from common.domain.mattes import View
from common.removers.catalogue import U2NET_INPUT, U2NET_OUTPUT, Activation, Fill, Fit, Input
from common.removers.maps import combined, stretched, subject_map, tensor, view_spec
from tests.looking import picture_of

PLAIN = Input(side=8, mean=(0, 0, 0), std=(1, 1, 1), divisor=255)


def view_of(image: Image.Image, input: Input) -> View:
    return picture_of(image).view(view_spec(input))


def grid(*rows: list[float]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)


def ramp(height: int, width: int) -> View:
    """Return a view in which every pixel has a different colour."""
    return View(width, height, bytes(range(height * width * 3)))


def samples(view: View) -> NDArray[np.uint8]:
    return np.frombuffer(view.content, np.uint8).reshape(view.height, view.width, 3)


# The size of a view


@pytest.mark.parametrize(
    ("fit", "size", "expected"),
    [
        (Fit.STRETCH, (300, 200), (320, 320)),
        (Fit.LETTERBOX, (1000, 500), (320, 160)),
        (Fit.LETTERBOX, (50, 100), (160, 320)),
        (Fit.LETTERBOX, (20_000, 1), (320, 1)),
        (Fit.SHORT_SIDE, (1000, 500), (640, 320)),
        (Fit.SHORT_SIDE, (300, 310), (320, 320)),
        (Fit.SHORT_SIDE, (100, 151), (320, 480)),
        (Fit.SHORT_SIDE, (1, 20_000), (320, 1280)),
    ],
)
def test_a_picture_is_brought_to_the_size_that_the_entry_says(
    fit: Fit, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    view = view_of(Image.new("RGB", size, "red"), replace(U2NET_INPUT, fit=fit))

    assert (view.width, view.height) == expected


# The tensor


def test_colours_are_divided_and_normalised_channel_by_channel() -> None:
    input = replace(PLAIN, fit=Fit.STRETCH, mean=(0.5, 0.4, 0.3), std=(0.1, 0.2, 0.4))

    given = tensor(ramp(8, 8), input, Fill.MIRROR)

    assert given.shape == (1, 3, 8, 8)
    assert given.dtype == np.float32
    assert given.flags["C_CONTIGUOUS"]
    for channel in range(3):
        expected = (samples(ramp(8, 8))[..., channel] / 255 - input.mean[channel]) / input.std[channel]
        np.testing.assert_allclose(given[0, channel], expected, rtol=1e-5, atol=1e-6)


def test_without_a_divisor_the_largest_value_in_the_picture_becomes_1() -> None:
    dark = Image.new("RGB", (16, 16), (20, 10, 0))
    bright = Image.new("RGB", (16, 16), (200, 100, 0))
    input = replace(PLAIN, divisor=None)

    given = [tensor(view_of(each, input), input, Fill.MIRROR) for each in (dark, bright)]

    np.testing.assert_allclose(given[0], given[1])
    assert given[0].max() == 1


def test_a_black_picture_is_no_division_by_zero() -> None:
    given = tensor(view_of(Image.new("RGB", (8, 8)), U2NET_INPUT), U2NET_INPUT, Fill.BLUR)

    assert np.isfinite(given).all()


def test_a_mirror_image_continues_the_picture_beyond_its_edges() -> None:
    input = replace(PLAIN, side=8)

    given = tensor(ramp(4, 8), input, Fill.MIRROR)[0].transpose(1, 2, 0) * 255

    expected = samples(ramp(4, 8))[[2, 1, 0, 1, 2, 3, 2, 1]]
    np.testing.assert_allclose(given, expected, atol=1e-3)


@pytest.mark.parametrize(("height", "width"), [(1, 8), (8, 1), (2, 8), (1, 1)])
@pytest.mark.parametrize("fill", list(Fill))
def test_the_thinnest_pictures_fill_a_square(height: int, width: int, fill: Fill) -> None:
    given = tensor(ramp(height, width), PLAIN, fill)[0].transpose(1, 2, 0) * 255

    assert given.shape == (8, 8, 3)
    top, left = (8 - height) // 2, (8 - width) // 2
    inside = given[top : top + height, left : left + width]
    np.testing.assert_allclose(inside, samples(ramp(height, width)), atol=1e-3)


def test_a_blur_goes_from_the_picture_to_one_colour() -> None:
    input = replace(PLAIN, side=320)
    noise = np.random.default_rng(3).integers(0, 256, (160, 320, 3), np.uint8)

    given = tensor(View(320, 160, noise.tobytes()), input, Fill.BLUR)[0]

    assert given[:, :60].std() < 0.15 * given[:, 80:240].std()
    assert abs(given[:, :60].mean() - given[:, 80:240].mean()) < 0.05


# The map


def test_the_map_is_that_output_and_that_part_of_it_which_shows_the_picture() -> None:
    outputs = [np.zeros((1, 1, 8, 8), np.float32), np.arange(64, dtype=np.float32).reshape(1, 1, 8, 8)]

    found = subject_map(outputs, ramp(4, 8), PLAIN, replace(U2NET_OUTPUT, index=1))

    np.testing.assert_array_equal(found, outputs[1][0, 0, 2:6])


def test_logits_become_shares() -> None:
    logits = grid([-500, 0], [2, 500]).reshape(1, 1, 2, 2)
    input = replace(PLAIN, fit=Fit.STRETCH, side=2)
    output = replace(U2NET_OUTPUT, activation=Activation.SIGMOID)

    found = subject_map([logits], ramp(2, 2), input, output)

    np.testing.assert_allclose(found, grid([0, 0.5], [1 / (1 + np.exp(-2)), 1]), atol=1e-6)


def test_a_map_is_stretched_to_the_whole_range() -> None:
    np.testing.assert_allclose(stretched(grid([0.2, 0.5, 0.8])), grid([0, 0.5, 1]), atol=1e-6)


@pytest.mark.parametrize("level", [0, 0.03, 0.5, 1])
def test_a_map_without_contrast_is_empty_and_never_stretched_noise(level: float) -> None:
    noise = np.float32(level) + np.random.default_rng(0).normal(0, 0.002, (32, 32)).astype(np.float32)

    assert stretched(noise).max() < 0.05


def test_maps_that_are_equally_clear_are_averaged() -> None:
    one, other = grid([0, 0.2, 1]), grid([0.2, 0, 1])

    np.testing.assert_allclose(combined([one]), one)
    np.testing.assert_allclose(combined([one, other])[0, :2], [0.1, 0.1], atol=1e-6)


def test_the_clearer_map_counts_more_and_an_empty_one_the_least() -> None:
    clear, vague, empty = grid([0, 0.9, 0.9, 0.9]), grid([0.3, 0.3, 0.6, 0.6]), grid([0, 0, 0, 0])

    assert combined([clear, vague])[0, 0] == pytest.approx(combined([vague, clear])[0, 0])
    assert combined([clear, vague])[0, 0] < 0.03
    assert combined([empty, vague])[0, 0] > 0.2
    assert combined([empty, empty]).max() == 0


def test_a_subject_is_solid_deep_inside_if_one_map_is_sure_of_it() -> None:
    unsure, sure = np.zeros((2, 320, 320), np.float32)
    sure[100:220, 100:220] = 1
    unsure[:40, :40] = sure[:40, :40] = 1

    found = stretched(combined([unsure, sure]))

    assert found[160, 160] == pytest.approx(1, abs=0.01)
    assert found[105, 105] == pytest.approx(found[105, 215], abs=0.01)
    assert found[105, 105] < 0.7
    assert found[60, 60] < 0.1


def test_maps_of_different_sizes_have_the_larger_one_s() -> None:
    small = grid([0, 0.5], [0, 0.5])

    found = combined([small, np.zeros((8, 8), np.float32)])

    assert found.shape == (8, 8)
    np.testing.assert_allclose(found[0, :5] / found[0, 4], [0, 0, 0.2, 0.6, 1], atol=1e-6)
