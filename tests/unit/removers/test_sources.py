"""The files of a local model."""

from pathlib import Path

import pytest

from common.removers.catalogue import (
    CATALOGUE,
    U2NET_INPUT,
    U2NET_OUTPUT,
    Fill,
    Fit,
    Input,
    Model,
    Output,
    models,
)
from common.removers.sources import ModelError, Source, sources


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, entry in CATALOGUE.items():
        if isinstance(entry, Model):
            (tmp_path / f"{name}.onnx").touch()
    return tmp_path


def _how(name: str) -> tuple[Input, Output]:
    [model] = models(name).values()
    return model.input, model.output


@pytest.mark.parametrize("name", [name for name, entry in CATALOGUE.items() if isinstance(entry, Model)])
def test_a_model_by_name_is_used_as_its_entry_says(folder: Path, name: str) -> None:
    [model] = models(name).values()

    assert sources(name, folder) == (Source(folder / f"{name}.onnx", *_how(name), model.input.fill),)


def test_a_combination_is_a_run_of_each_of_its_parts(folder: Path) -> None:
    one, other = sources("u2net-pair", folder)

    assert (one.file.name, one.fill) == ("u2net.onnx", Fill.MIRROR)
    assert (other.file.name, other.fill) == ("u2netp.onnx", Fill.BLUR)


def test_a_file_of_one_s_own_is_a_u2net_unless_a_description_says_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "own.onnx"
    file.touch()
    assert sources("u2netp", file) == (Source(file, U2NET_INPUT, U2NET_OUTPUT, Fill.MIRROR),)

    file.with_suffix(".json").write_text(
        '{"input": {"side": 512, "fit": "short side", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},'
        ' "output": {"is_stretched": false}}'
    )
    [own] = sources("u2netp", file)
    assert (own.input.side, own.input.fit, own.output.is_stretched) == (512, Fit.SHORT_SIDE, False)


@pytest.mark.parametrize("name", ["u2net", "u2netp"])
def test_a_published_file_is_used_like_its_entry_under_any_name(
    weights: Path, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "any.onnx"
    file.symlink_to(weights)

    [source] = sources(name, file)

    assert source == Source(file, *_how("u2netp"), Fill.BLUR)


def test_another_file_of_the_same_size_is_a_u2net_of_one_s_own(weights: Path, tmp_path: Path) -> None:
    file = tmp_path / "u2netp.onnx"
    file.write_bytes(weights.read_bytes()[:-1] + b"?")

    assert sources("u2netp", file) == (Source(file, U2NET_INPUT, U2NET_OUTPUT, Fill.MIRROR),)


def test_a_sidecar_comes_before_the_entry_of_a_published_file(weights: Path, tmp_path: Path) -> None:
    file = tmp_path / "u2netp.onnx"
    file.symlink_to(weights)
    file.with_suffix(".json").write_text('{"input": {"side": 320, "mean": [0, 0, 0], "std": [1, 1, 1]}}')

    [source] = sources("u2netp", file)

    assert (source.input.mean, source.fill) == ((0, 0, 0), Fill.MIRROR)


def test_an_unknown_name_is_reported_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="LOCAL_MODEL is malformed; it should be one of u2netp, u2net, "):
        sources("rmbg", tmp_path)


def test_a_missing_file_is_reported_with_the_way_to_have_it(tmp_path: Path) -> None:
    (tmp_path / "u2netp.onnx").touch()

    with pytest.raises(
        ModelError, match=r"should have u2net\.onnx in it \(python -m infra\.models fetch u2net "
    ):
        sources("u2net-pair", tmp_path)


def test_a_wrong_description_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "own.onnx"
    file.touch()
    file.with_suffix(".json").write_text('{"input": {"side": "large"}}')

    with pytest.raises(ModelError, match=r"own\.json: "):
        sources("u2netp", file)
