"""The place of the subject on the canvas of its cut-out."""

import pytest

from common.domain.framing import Box, Size, frame, region_of_interest, scaled_size
from common.domain.options import CutoutOptions, Length, Lengths
from common.domain.removal_errors import EmptyRegion, RegionOutOfBounds

SIZE = (400, 300)
SUBJECT = (100, 50, 200, 250)  # 100 wide, 200 high


def pixels(*values: float) -> Lengths:
    top, right, bottom, left = map(Length, values)
    return top, right, bottom, left


def shares(*values: float) -> Lengths:
    top, right, bottom, left = (Length(value, is_share=True) for value in values)
    return top, right, bottom, left


def test_without_options_the_whole_picture_keeps_its_place() -> None:
    framed = frame(SIZE, SUBJECT, CutoutOptions())

    assert framed.canvas == SIZE
    assert framed.source == framed.target == (0, 0, 400, 300)


@pytest.mark.parametrize(
    ("margin", "canvas", "target"),
    [
        (pixels(0, 0, 0, 0), (100, 200), (0, 0, 100, 200)),
        (pixels(1, 2, 3, 4), (106, 204), (4, 1, 104, 201)),
        (pixels(500, 500, 500, 500), (1100, 1200), (500, 500, 600, 700)),  # also beyond the picture's edge
        (shares(0.1, 0.1, 0.1, 0.1), (120, 240), (10, 20, 110, 220)),  # of the height, of the width
        (shares(0.5, 0, 0, 0.25), (125, 300), (25, 100, 125, 300)),
    ],
)
def test_a_crop_leaves_the_subject_and_its_margin(margin: Lengths, canvas: Size, target: Box) -> None:
    framed = frame(SIZE, SUBJECT, CutoutOptions(crop=True, crop_margin=margin))

    assert (framed.canvas, framed.source, framed.target) == (canvas, SUBJECT, target)


@pytest.mark.parametrize(
    ("scale", "position", "target"),
    [
        (1.0, None, (125, 0, 275, 300)),  # as high as the canvas, and centred
        (0.5, None, (162, 75, 237, 225)),
        (0.5, (0.0, 0.0), (0, 0, 75, 150)),
        (0.5, (1.0, 1.0), (325, 150, 400, 300)),
        (None, (0.5, 0.5), (150, 50, 250, 250)),
        (None, (0.0, 1.0), (0, 100, 100, 300)),
    ],
)
def test_the_subject_is_scaled_and_moved(
    scale: float | None, position: tuple[float, float] | None, target: Box
) -> None:
    framed = frame(SIZE, SUBJECT, CutoutOptions(scale=scale, position=position))

    assert (framed.canvas, framed.source, framed.target) == (SIZE, SUBJECT, target)


def test_a_crop_comes_before_the_scale() -> None:
    options = CutoutOptions(crop=True, crop_margin=pixels(50, 50, 50, 50), scale=0.5)

    framed = frame(SIZE, SUBJECT, options)

    assert framed.canvas == (200, 300)
    assert framed.target == (62, 75, 137, 225)


def test_a_scaled_subject_is_never_without_a_pixel() -> None:
    framed = frame((1000, 10), (0, 0, 1000, 1), CutoutOptions(scale=0.1))

    assert framed.target[3] - framed.target[1] == 1


@pytest.mark.parametrize(
    ("size", "most", "scaled"),
    [
        ((400, 300), None, (400, 300)),
        ((400, 300), 120_000, (400, 300)),  # never enlarged
        ((400, 300), 30_000, (200, 150)),
        ((1, 1_000_000), 250_000, (1, 500_000)),
        ((4000, 3000), 250_000, (577, 433)),
    ],
)
def test_a_picture_is_scaled_to_its_most_pixels(size: Size, most: int | None, scaled: Size) -> None:
    assert scaled_size(size, most) == scaled


@pytest.mark.parametrize(
    ("roi", "box"),
    [
        (None, (0, 0, 400, 300)),
        (pixels(10, 20, 30, 40), (10, 20, 30, 40)),
        (shares(0.25, 0.5, 0.75, 1), (100, 150, 300, 300)),
        (pixels(0, 0, 400, 300), (0, 0, 400, 300)),
    ],
)
def test_a_region_is_a_box_of_pixels(roi: Lengths | None, box: Box) -> None:
    assert region_of_interest(SIZE, roi) == box


@pytest.mark.parametrize("roi", [pixels(0, 0, 401, 300), pixels(0, 0, 400, 301), pixels(500, 0, 501, 1)])
def test_a_region_beyond_the_edge_is_refused(roi: Lengths) -> None:
    with pytest.raises(RegionOutOfBounds):
        region_of_interest(SIZE, roi)


@pytest.mark.parametrize("roi", [pixels(10, 10, 10, 20), pixels(20, 10, 10, 20), shares(0.5, 0.5, 0.5, 0.5)])
def test_an_empty_region_is_refused(roi: Lengths) -> None:
    with pytest.raises(EmptyRegion):
        region_of_interest(SIZE, roi)
