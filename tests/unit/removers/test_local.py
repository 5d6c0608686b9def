"""The model on this machine: what goes in, what comes out, and the real one on a real photo."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from common.domain.errors import RemoverFailed
from common.removers.local import LocalRemover
from tests.looking import matte_of

SHAPE = (1, 3, 320, 320)


class FakeRuntime:
    """An inference runtime whose network answers with the red channel, or fails; keeps what it was given."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.given: list[NDArray[np.float32]] = []

    def read_model(self, _: Path) -> "FakeRuntime":
        return self

    def get_ordered_ops(self) -> list[object]:
        return []

    def compile_model(self, *_: object) -> "FakeRuntime":
        return self

    def create_infer_request(self) -> "FakeRuntime":
        return self

    def infer(self, inputs: dict[int, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        self.given.append(inputs[0])
        if self.error:
            raise self.error
        return [inputs[0][:, :1]]


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> FakeRuntime:
    fake = FakeRuntime()
    monkeypatch.setattr("openvino.Core", lambda: fake)
    return fake


def halves(size: tuple[int, int], left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def mean(matte: Image.Image, box: tuple[int, int, int, int]) -> float:
    return float(np.asarray(matte.crop(box)).mean()) / 255


# What goes into the network


def test_the_network_sees_the_picture_at_its_own_size_and_normalised_as_in_training(
    runtime: FakeRuntime,
) -> None:
    matte_of(LocalRemover(Path("m")), Image.new("RGB", (99, 7), (255, 128, 0)))

    [given] = runtime.given
    assert given.shape == SHAPE
    assert given.dtype == np.float32
    assert given.flags["C_CONTIGUOUS"]
    expected = [(1 - 0.485) / 0.229, (128 / 255 - 0.456) / 0.224, (0 - 0.406) / 0.225]
    for channel in range(3):
        np.testing.assert_allclose(given[0, channel], expected[channel], rtol=1e-5)


def test_a_dark_picture_is_stretched_to_its_own_brightest_point(runtime: FakeRuntime) -> None:
    dark, bright = halves((64, 64), (20, 10, 0), (0, 0, 0)), halves((64, 64), (200, 100, 0), (0, 0, 0))

    for picture in (dark, bright):
        matte_of(LocalRemover(Path("m")), picture)

    # Resizing rings at the edge between the halves, which shifts the brightest point by a little.
    np.testing.assert_allclose(runtime.given[0], runtime.given[1], atol=0.25)
    assert abs(runtime.given[0][0, 0, 160, 40] - runtime.given[1][0, 0, 160, 40]) < 0.1


def test_a_black_picture_is_no_division_by_zero(runtime: FakeRuntime) -> None:
    matte = matte_of(LocalRemover(Path("m")), Image.new("RGB", (8, 8)))

    assert np.isfinite(runtime.given[0]).all()
    assert matte.getextrema() == (0, 0)


# What comes out of it


@pytest.mark.parametrize("size", [(640, 480), (33, 77), (1, 1), (2000, 3)])
def test_the_matte_has_the_pictures_size(runtime: FakeRuntime, size: tuple[int, int]) -> None:
    matte = matte_of(LocalRemover(Path("m")), Image.new("RGB", size, "red"))

    assert (matte.mode, matte.size) == ("L", size)


def test_the_matte_uses_the_whole_range_and_stands_where_the_network_put_it(runtime: FakeRuntime) -> None:
    matte = matte_of(LocalRemover(Path("m")), halves((640, 320), (180, 255, 0), (90, 255, 0)))

    assert matte.getextrema() == (0, 255)
    assert mean(matte, (0, 0, 300, 320)) > 0.97
    assert mean(matte, (340, 0, 640, 320)) < 0.03


# Failures and threads


def test_the_runtime_reports_to_nobody() -> None:
    code = "import sys, common.removers.local; print(sorted(sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "'openvino'" in done.stdout
    assert "openvino_telemetry." not in done.stdout


def test_a_failure_of_the_runtime_is_the_removers(runtime: FakeRuntime) -> None:
    runtime.error = RuntimeError("allocation of 500000000 bytes failed")

    with pytest.raises(RemoverFailed) as raised:
        matte_of(LocalRemover(Path("m")), Image.new("RGB", (8, 8)))

    assert "allocation" not in raised.value.detail
    runtime.error = None
    assert matte_of(LocalRemover(Path("m")), Image.new("RGB", (8, 8))).size == (8, 8)


def test_after_a_failure_the_next_picture_has_its_turn(runtime: FakeRuntime) -> None:
    remover = LocalRemover(Path("m"))
    runtime.error = RuntimeError()
    with pytest.raises(RemoverFailed):
        matte_of(remover, Image.new("RGB", (8, 8)))
    runtime.error = None

    with ThreadPoolExecutor(1) as another:
        assert another.submit(matte_of, remover, Image.new("RGB", (8, 8))).result(timeout=10).size == (8, 8)


def test_inferences_run_one_at_a_time(runtime: FakeRuntime, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most = threading.Semaphore(1), []
    answer = runtime.infer

    def infer(inputs: dict[int, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        alone = at_work.acquire(blocking=False)
        most.append(alone)
        result = answer(inputs)
        threading.Event().wait(0.005)  # room for another to come in, where it may
        if alone:
            at_work.release()
        return result

    monkeypatch.setattr(runtime, "infer", infer)
    remover = LocalRemover(Path("m"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda picture: matte_of(remover, picture), [Image.new("RGB", (8, 8), "red")] * 16))

    assert most == [True] * 16


# The real model on a real photo: Grace Hopper in front of a flag and a blue wall

PHOTO = Path(mpl.get_data_path(), "sample_data", "grace_hopper.jpg")
SUBJECT = {"face": (195, 160, 345, 300), "uniform": (90, 440, 460, 590)}
BACKGROUND = {"wall right of the head": (400, 30, 505, 330), "flag": (10, 20, 120, 300)}


@pytest.fixture(scope="module")
def matte(weights: Path) -> Image.Image:
    with Image.open(PHOTO) as photo:
        return matte_of(LocalRemover(weights), photo.convert("RGB"))


@pytest.mark.parametrize("box", SUBJECT.values(), ids=SUBJECT)
def test_the_subject_of_a_photo_is_kept(matte: Image.Image, box: tuple[int, int, int, int]) -> None:
    assert mean(matte, box) > 0.97


@pytest.mark.parametrize("box", BACKGROUND.values(), ids=BACKGROUND)
def test_the_background_of_a_photo_is_gone(matte: Image.Image, box: tuple[int, int, int, int]) -> None:
    assert mean(matte, box) < 0.03


def test_the_matte_of_a_photo_covers_it_and_is_hardly_ever_undecided(matte: Image.Image) -> None:
    assert (matte.mode, matte.size) == ("L", (512, 600))
    shares = np.histogram(np.asarray(matte), [0, 32, 224, 256])[0] / (512 * 600)
    assert 0.35 < shares[2] < 0.65
    assert shares[1] < 0.1


def test_a_mirrored_photo_has_the_mirrored_matte(matte: Image.Image, weights: Path) -> None:
    with Image.open(PHOTO) as photo:
        mirrored = matte_of(LocalRemover(weights), ImageOps.mirror(photo.convert("RGB")))

    difference = np.abs(np.asarray(ImageOps.mirror(mirrored), float) - np.asarray(matte, float))
    assert difference.mean() / 255 < 0.03
