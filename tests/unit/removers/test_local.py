"""The local remover: its use of networks, and the real model on a real photo."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from common.domain.errors import RemoverFailed
from common.domain.mattes import View, ViewSpec
from common.removers import local
from common.removers.catalogue import DEFAULT, U2NET_INPUT, U2NET_OUTPUT, Fill
from common.removers.local import LocalRemover
from common.removers.sources import Source, sources
from tests.looking import matte_of, picture_of
from tests.portrait import PHOTO

SOURCE = Source(Path("network.onnx"), U2NET_INPUT, U2NET_OUTPUT, Fill.MIRROR)


class FakeNetwork:
    """A network that returns the red channel, or fails; records its inputs."""

    def __init__(self, *_: object) -> None:
        self.error: Exception | None = None
        self.given: list[NDArray[np.float32]] = []

    def __call__(self, tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self.given.append(tensor)
        if self.error:
            raise self.error
        return [tensor[:, :1]]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    fake = FakeNetwork()
    monkeypatch.setattr(local, "Network", lambda _: fake)
    return fake


def halves(size: tuple[int, int], left: tuple[int, int, int], right: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def mean(matte: Image.Image, box: tuple[int, int, int, int]) -> float:
    return float(np.asarray(matte.crop(box)).mean()) / 255


# The resulting matte


@pytest.mark.parametrize("size", [(640, 480), (33, 77), (1, 1), (2000, 3)])
def test_the_matte_has_the_pictures_size(network: FakeNetwork, size: tuple[int, int]) -> None:
    matte = matte_of(LocalRemover([SOURCE]), Image.new("RGB", size, "red"))

    assert (matte.mode, matte.size) == ("L", size)


def test_the_matte_uses_the_whole_range_and_keeps_its_place(network: FakeNetwork) -> None:
    matte = matte_of(LocalRemover([SOURCE]), halves((640, 320), (180, 255, 0), (90, 255, 0)))

    assert matte.getextrema() == (0, 255)
    assert mean(matte, (0, 0, 300, 320)) > 0.97
    assert mean(matte, (340, 0, 640, 320)) < 0.03


def test_a_mirrored_run_sees_the_mirror_image_and_its_answer_is_mirrored_back(network: FakeNetwork) -> None:
    picture = halves((640, 320), (180, 255, 0), (90, 255, 0))

    matte = matte_of(LocalRemover([replace(SOURCE, is_mirrored=True)]), picture)

    [given] = network.given
    assert given[0, 0, 160, 40] < given[0, 0, 160, 280]
    assert mean(matte, (0, 0, 300, 320)) > 0.97
    assert mean(matte, (340, 0, 640, 320)) < 0.03


def test_runs_of_one_file_share_its_network_and_its_view(network: FakeNetwork) -> None:
    views = []
    picture = halves((640, 320), (180, 255, 0), (90, 255, 0))

    def look(spec: ViewSpec) -> View:
        views.append(spec)
        return picture_of(picture).view(spec)

    LocalRemover([SOURCE, replace(SOURCE, fill=Fill.BLUR)]).matte(look)

    assert len(views) == 1
    assert len(network.given) == 2
    assert np.array_equal(network.given[0][0, :, 80:240], network.given[1][0, :, 80:240])
    assert not np.array_equal(network.given[0], network.given[1])


def test_the_widest_edge_of_several_networks_is_redrawn(network: FakeNetwork) -> None:
    narrow = replace(SOURCE, output=replace(U2NET_OUTPUT, edge_width=0.001))

    matte = LocalRemover([narrow, SOURCE]).matte(picture_of(Image.new("RGB", (64, 64))).view)

    assert matte.edge_width == U2NET_OUTPUT.edge_width


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


def test_a_failure_of_the_runtime_is_the_removers(network: FakeNetwork) -> None:
    network.error = RuntimeError("allocation of 500000000 bytes failed")

    with pytest.raises(RemoverFailed) as raised:
        matte_of(LocalRemover([SOURCE]), Image.new("RGB", (8, 8)))

    assert "allocation" not in raised.value.detail
    network.error = None
    assert matte_of(LocalRemover([SOURCE]), Image.new("RGB", (8, 8))).size == (8, 8)


def test_after_a_failure_the_next_picture_has_its_turn(network: FakeNetwork) -> None:
    remover = LocalRemover([SOURCE])
    network.error = RuntimeError()
    with pytest.raises(RemoverFailed):
        matte_of(remover, Image.new("RGB", (8, 8)))
    network.error = None

    with ThreadPoolExecutor(1) as another:
        assert another.submit(matte_of, remover, Image.new("RGB", (8, 8))).result(timeout=10).size == (8, 8)


def test_inferences_run_one_at_a_time(network: FakeNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work, most = threading.Semaphore(1), []

    def run(self: FakeNetwork, tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        alone = at_work.acquire(blocking=False)
        most.append(alone)
        threading.Event().wait(0.005)  # time for another one to start, if it could
        if alone:
            at_work.release()
        return [tensor[:, :1]]

    monkeypatch.setattr(FakeNetwork, "__call__", run)
    remover = LocalRemover([SOURCE])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda picture: matte_of(remover, picture), [Image.new("RGB", (8, 8), "red")] * 16))

    assert most == [True] * 16


# The real model on a real photo: Grace Hopper in front of a flag and a blue wall

SUBJECT = {"face": (195, 160, 345, 300), "uniform": (90, 440, 460, 590)}
WALL, FLAG = (400, 30, 505, 330), (10, 20, 120, 300)


@pytest.fixture(scope="module")
def matte(weights: Path) -> Image.Image:
    with Image.open(PHOTO) as photo:
        return matte_of(LocalRemover(sources("u2netp", weights)), photo.convert("RGB"))


@pytest.mark.parametrize("box", SUBJECT.values(), ids=SUBJECT)
def test_the_subject_of_a_photo_is_kept(matte: Image.Image, box: tuple[int, int, int, int]) -> None:
    assert mean(matte, box) > 0.97


def test_the_background_of_a_photo_is_gone(matte: Image.Image) -> None:
    assert mean(matte, WALL) < 0.03


@pytest.mark.extended
def test_the_default_model_separates_the_subject_from_a_flag_behind_it(default_model: Path) -> None:
    with Image.open(PHOTO) as photo:
        matte = matte_of(LocalRemover(sources(DEFAULT, default_model)), photo.convert("RGB"))

    assert [mean(matte, box) > 0.97 for box in SUBJECT.values()] == [True, True]
    assert [mean(matte, box) < 0.03 for box in (WALL, FLAG)] == [True, True]


def test_the_matte_of_a_photo_covers_it_and_is_hardly_ever_undecided(matte: Image.Image) -> None:
    assert (matte.mode, matte.size) == ("L", (512, 600))
    shares = np.histogram(np.asarray(matte), [0, 32, 224, 256])[0] / (512 * 600)
    assert 0.35 < shares[2] < 0.65
    assert shares[1] < 0.1


@pytest.mark.extended
def test_a_mirrored_photo_has_the_mirrored_matte(default_model: Path) -> None:
    remover = LocalRemover(sources("u2net", default_model))
    with Image.open(PHOTO) as photo:
        picture = photo.convert("RGB")

    matte, mirrored = (matte_of(remover, each) for each in (picture, ImageOps.mirror(picture)))

    difference = np.abs(np.asarray(ImageOps.mirror(mirrored), float) - np.asarray(matte, float))
    assert difference.mean() / 255 < 0.01


def test_nothing_but_the_network_favours_a_side(network: FakeNetwork) -> None:
    remover = LocalRemover([SOURCE])
    with Image.open(PHOTO) as photo:
        picture = photo.convert("RGB")

    matte, mirrored = (matte_of(remover, each) for each in (picture, ImageOps.mirror(picture)))

    difference = np.abs(np.asarray(ImageOps.mirror(mirrored), float) - np.asarray(matte, float))
    assert difference.mean() / 255 < 0.01
