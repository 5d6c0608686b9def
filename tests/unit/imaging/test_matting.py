"""A small matte at full size, and the colours under it."""

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from common.imaging.matting import edges, refined, remove_spill, spill

RED, GREEN = (200, 60, 40), (40, 120, 60)
SIZES = [(1, 1), (1, 20_000), (20_000, 1), (7, 3), (128, 129), (321, 319)]


def disc(size: tuple[int, int]) -> Image.Image:
    """Return the exact matte of a disc in the middle."""
    mask = Image.radial_gradient("L").point(lambda value: 255 if value < 120 else 0)
    return mask.resize(size, Image.Resampling.BICUBIC).point(lambda value: 255 if value > 127 else 0)


def as_the_network_sees(matte: Image.Image) -> Image.Image:
    return matte.resize((320, 320), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(3))


def grainy(size: tuple[int, int], colour: tuple[int, int, int]) -> Image.Image:
    noise = np.random.default_rng(7).normal(0, 4, (size[1], size[0], 1))
    return Image.fromarray((np.array(colour) + noise).clip(0, 255).astype(np.uint8))


def error(matte: Image.Image, truth: Image.Image) -> float:
    return float(values(ImageChops.difference(matte, truth)).mean())


def without_spill(picture: Image.Image, alpha: Image.Image) -> Image.Image:
    cleaned = picture.copy()
    remove_spill(cleaned, alpha)
    return cleaned


def values(image: Image.Image) -> NDArray[np.int16]:
    return np.asarray(image, np.int16)


# Edges


def test_an_edge_that_is_blurred_in_the_small_matte_follows_the_sharp_picture() -> None:
    size, truth = (1000, 700), disc((1000, 700))
    picture = Image.composite(grainy(size, RED), grainy(size, GREEN), truth)
    small = as_the_network_sees(truth)

    matte = refined(picture, small)

    assert error(matte, truth) < 0.15 * error(small.resize(size, Image.Resampling.LANCZOS), truth)


@pytest.mark.parametrize("picture", [Image.new("RGB", (1000, 700), RED), grainy((1000, 700), GREEN)])
def test_without_colour_contrast_the_matte_is_no_worse_than_the_small_one(picture: Image.Image) -> None:
    truth = disc(picture.size)
    small = as_the_network_sees(truth)

    matte = refined(picture, small)

    assert error(matte, truth) <= error(small.resize(picture.size, Image.Resampling.LANCZOS), truth)


def test_no_seam_shows_between_tiles() -> None:
    slope = Image.linear_gradient("L").rotate(90).resize((320, 320))

    matte = values(refined(Image.new("RGB", (1000, 700), RED), slope))

    assert np.abs(np.diff(matte, axis=0)).max() <= 1
    assert np.abs(np.diff(matte, axis=1)).max() <= 2


def test_certain_parts_of_the_small_matte_do_not_change() -> None:
    small = Image.new("L", (320, 320))
    small.paste(255, (160, 0, 320, 320))
    stripes = Image.linear_gradient("L").resize((16, 700)).resize((1000, 700), Image.Resampling.NEAREST)

    matte = refined(Image.merge("RGB", (stripes, stripes.rotate(180), stripes)), small)

    assert matte.crop((0, 0, 490, 700)).getextrema() == (0, 0)
    assert matte.crop((510, 0, 1000, 700)).getextrema() == (255, 255)


# Colours


def test_no_colour_of_the_background_is_left_at_the_edge() -> None:
    size = (900, 700)
    alpha = disc(size).filter(ImageFilter.GaussianBlur(6))
    blend = Image.composite(Image.new("RGB", size, RED), Image.new("RGB", size, GREEN), alpha)

    colours = values(without_spill(blend, alpha))

    seen = values(alpha) > 25
    assert np.abs(values(blend)[seen] - RED).max() > 100
    assert np.abs(colours[seen] - RED).max() <= 16
    assert np.abs(colours[seen] - RED).mean() < 2


def test_only_partly_transparent_pixels_change_their_colour() -> None:
    picture, alpha = grainy((300, 200), RED), disc((300, 200)).filter(ImageFilter.GaussianBlur(2))

    changed = (values(without_spill(picture, alpha)) != values(picture)).any(axis=2)

    assert changed.any()
    assert not changed[values(alpha) == 255].any()
    assert not changed[values(alpha) == 0].any()


# Both


@pytest.mark.parametrize("size", SIZES)
def test_pictures_of_any_shape_are_worked_on(size: tuple[int, int]) -> None:
    slope = Image.linear_gradient("L")

    matte = refined(grainy(size, RED), slope.resize((320, 320)))
    colours = without_spill(grainy(size, RED), slope.resize(size))

    assert (matte.mode, matte.size, colours.mode, colours.size) == ("L", size, "RGB", size)


@pytest.mark.parametrize("small", [(1, 1), (3, 7), (640, 480)])
def test_the_small_matte_may_have_any_size(small: tuple[int, int]) -> None:
    matte = refined(grainy((300, 200), RED), Image.linear_gradient("L").rotate(180).resize(small))

    assert matte.size == (300, 200)


def test_extreme_mattes_need_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(edges, "MattingLaplacian")
    monkeypatch.delattr(spill, "_nearby")
    picture = grainy((500, 300), RED)

    for value in (0, 255):
        matte = refined(picture, Image.new("L", (320, 320), value))
        assert matte.getextrema() == (value, value)
        assert without_spill(picture, matte).tobytes() == picture.tobytes()


def test_beside_the_outcome_little_memory_is_used() -> None:
    picture, slope = Image.new("RGB", (4000, 3000), RED), Image.linear_gradient("L").resize((320, 320))

    tracemalloc.start()
    try:
        remove_spill(picture, refined(picture, slope))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # Pillow's own memory is not counted: allow the outcome, and planes no larger than numpy's.
    assert peak < 20_000_000
