"""The catalogue of local models: requirements for every entry."""

import re

import pytest

from common.removers.catalogue import CATALOGUE, Combination, Fit, Model, models

MODELS = [name for name, entry in CATALOGUE.items() if isinstance(entry, Model)]
COMBINATIONS = [name for name, entry in CATALOGUE.items() if isinstance(entry, Combination)]


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_described_and_its_file_can_be_checked(name: str) -> None:
    [model] = models(name).values()

    assert re.fullmatch(r"[a-z0-9-]+", name)
    assert model.title
    assert model.licence
    assert model.notice.endswith(".")
    assert re.fullmatch(r"https://\S+\.onnx", model.file.url)
    assert re.fullmatch(r"[0-9a-f]{64}", model.file.sha256)
    assert model.file.size > 1_000_000


@pytest.mark.parametrize("name", MODELS)
def test_a_model_says_how_its_network_is_used(name: str) -> None:
    [model] = models(name).values()

    assert model.input.side % 32 == 0
    assert all(0 <= mean < 1 for mean in model.input.mean)
    assert all(0 < std <= 1 for std in model.input.std)
    assert model.input.fit in Fit
    assert 0 < model.output.edge_width < 0.1


@pytest.mark.parametrize("name", COMBINATIONS)
def test_a_combination_consists_of_models_of_the_catalogue(name: str) -> None:
    parts = models(name)

    assert len(parts) > 1
    assert set(parts) <= set(MODELS)


def test_a_wheel_is_pinned_to_its_version() -> None:
    wheels = [
        model.file.wheel for name in MODELS for model in models(name).values() if model.file.wheel is not None
    ]

    assert [wheel for wheel in wheels if not re.fullmatch(r"[a-z-]+==[\d.]+", wheel.requirement)] == []
    assert len(wheels) == 2
