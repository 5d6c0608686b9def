"""The bench's measures of mattes, its table and its sheet."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from infra.local import ROOT
from tests.bench.quality import report, sheet
from tests.bench.quality.__main__ import measure
from tests.bench.quality.known import Known, known
from tests.bench.quality.makers import Maker
from tests.bench.quality.metrics import Errors, errors

METRICS = ROOT / ".venv/metrics"
REFERENCE = ROOT / "tests/bench/quality/reference.py"


def half(width: int = 64) -> NDArray[np.uint8]:
    truth = np.zeros((64, 64), np.uint8)
    truth[:, : width // 2] = 255
    return truth


def blobs(seed: int) -> Image.Image:
    """Return a soft matte of a few blobs."""
    cells = np.random.default_rng(seed).normal(0, 1, (9, 13)).astype(np.float32)
    wide = np.asarray(Image.fromarray(cells).resize((130, 90), Image.Resampling.BICUBIC))
    return Image.fromarray((wide * 200 + 100).clip(0, 255).astype(np.uint8))


def test_the_true_matte_has_no_errors() -> None:
    assert errors(half(), half()) == Errors(mae=0, edge=0, iou=1, sad=0, mse=0, gradient=0)


def test_an_inverted_matte_has_all_errors_but_those_of_its_gradient() -> None:
    found = errors(255 - half(), half())

    assert (found.mae, found.edge, found.iou, found.sad, found.mse) == (1000, 255, 0, 64 * 64 / 1000, 1000)
    assert found.gradient == pytest.approx(0, abs=1e-9)


def test_an_error_far_from_the_edge_is_none_at_the_edge() -> None:
    matte = half()
    matte[:, 56:] = 51

    found = errors(matte, half())

    assert found.mae == pytest.approx(1000 * 0.2 * 8 / 64)
    assert found.mse == pytest.approx(1000 * 0.04 * 8 / 64)
    assert (found.edge, found.iou) == (0, 1)


def test_a_blurred_edge_costs_within_six_pixels_of_it() -> None:
    matte = half()
    matte[:, 30:34] = 128

    assert errors(matte, half()).edge == pytest.approx(127.5 * 4 / 12, abs=0.5)
    assert errors(matte, half()).gradient > 0


def test_hair_is_an_edge_wherever_it_is_soft() -> None:
    truth = half()
    truth[:, 56:] = 100  # of which nothing is more than half opaque
    matte = truth.copy()
    matte[:, 56:] = 49

    assert errors(matte, truth).edge == pytest.approx(51 * 8 / (12 + 14))


@pytest.mark.extended
@pytest.mark.parametrize("seed", range(3))
def test_the_measures_are_those_of_pysodmetrics_scipy_and_scikit_image(tmp_path: Path, seed: int) -> None:
    subprocess.run(["make", "--silent", ".venv/metrics/installed"], cwd=ROOT, check=True, timeout=280)
    matte, truth = blobs(seed), blobs(seed + 10).point(lambda value: 255 if value > 127 else 0)
    for name, image in {"matte.png": matte, "truth.png": truth}.items():
        image.save(tmp_path / name)

    command = [METRICS / "bin/python", REFERENCE, tmp_path / "matte.png", tmp_path / "truth.png"]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    expected = json.loads(printed)
    found = asdict(errors(np.asarray(matte), np.asarray(truth)))
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-6)
    assert found["sad"] == pytest.approx(expected["mae"] * matte.width * matte.height / 1e6)


def test_photos_of_a_folder_are_grouped_by_their_names(tmp_path: Path) -> None:
    for name in ("person-1", "animal-1", "car"):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{name}.jpg")
        Image.new("L", (4, 4)).save(tmp_path / f"{name}.png")

    found = []
    for photo in known(tmp_path):
        if photo.group == "made by code":
            break
        found.append((photo.name, photo.group, photo.matte.size))

    assert found == [
        ("animal-1", "photos of animals", (4, 4)),
        ("car", "other photos", (4, 4)),
        ("person-1", "photos of people", (4, 4)),
    ]


def test_every_maker_is_measured_on_every_photo_and_its_mattes_are_kept(tmp_path: Path) -> None:
    photos = [Known(name, "squares", Image.new("RGB", (64, 64)), Image.fromarray(half())) for name in "ab"]
    made = tmp_path / "ours u2netp"
    made.mkdir(parents=True)
    for name in "ab":
        Image.fromarray(half()).resize((128, 128)).save(made / f"{name}.png")

    measured = measure([Maker("ours u2netp")], photos, tmp_path)

    assert [len(each) for each in measured["squares"].values()] == [2]
    assert measured["squares"]["ours u2netp"][0].iou == 1


def test_the_table_has_means_and_extremes() -> None:
    one, other = Errors(1, 2, 0.5, 4, 5, 6), Errors(3, 4, 0.7, 6, 7, 8)

    head, _, row = report.markdown({"people": {"ours": [one, other]}}).splitlines()

    assert head.startswith("| photos | mattes by | MAE, of 1000 | edge, of 255 | IoU |")
    assert row.startswith(
        "| people (2) | ours | 2.0 (1.0 to 3.0) | 3.0 (2.0 to 4.0) | 0.600 (0.500 to 0.700) |"
    )


def test_the_sheet_has_a_row_for_each_crop_and_a_column_for_each_backdrop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (64, 64), "red").save(photos / "own.jpg")
    for maker in ("ours u2net-pair", "rembg u2net"):
        mattes = tmp_path / f"sheet {maker}"
        mattes.mkdir()
        Image.fromarray(half()).save(mattes / "own.png")
    monkeypatch.setattr(sheet, "makers", lambda: [Maker("ours u2net-pair"), Maker("rembg u2net", ("true",))])

    sheet.draw(tmp_path / "sheet.jpg", photos, tmp_path)

    with Image.open(tmp_path / "sheet.jpg") as drawn:
        assert drawn.size == (7 * 228 - 4, 16 + 228)
        over_green, over_white = drawn.getpixel((228 + 60, 40)), drawn.getpixel((6 * 228 + 60, 40))
    assert isinstance(over_green, tuple)
    assert isinstance(over_white, tuple)
    assert over_green[1] > 150 > over_green[0]
    assert min(over_white) > 240
