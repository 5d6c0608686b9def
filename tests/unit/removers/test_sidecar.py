"""The JSON description beside a model file."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from common.removers.catalogue import Activation, Fill, Fit, Input, Output
from common.removers.sidecar import _INPUT, _OUTPUT, SidecarError, describe
from infra.local import ROOT

LEAST = {"side": 512, "mean": [0.5, 0.5, 0.5], "std": [1, 1, 1]}
# The examples of the documentation, by name.
EXAMPLES = dict(
    re.findall(
        r"`(\w+)\.json` beside `\1\.onnx`:\n\n```json\n(.+?)\n```",
        (ROOT / "infra/models/README.md").read_text("utf-8"),
        re.DOTALL,
    )
)


def described(folder: Path, text: str | bytes) -> tuple[Input, Output]:
    content = text if isinstance(text, bytes) else text.encode()
    (folder / "own.json").write_bytes(content)
    description = describe(folder / "own.onnx")
    assert description is not None
    return description


def refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(SidecarError) as raised:
        described(folder, text)
    message = str(raised.value)
    assert "\n" not in message
    assert message.startswith(f"{folder / 'own.json'}")
    return message


def test_a_model_without_a_description_has_none(tmp_path: Path) -> None:
    assert describe(tmp_path / "own.onnx") is None


def test_the_documented_matting_model_keeps_the_aspect_and_its_own_edges(tmp_path: Path) -> None:
    assert described(tmp_path, EXAMPLES["modnet"]) == (
        Input(
            side=512,
            mean=(0.5, 0.5, 0.5),
            std=(0.5, 0.5, 0.5),
            fit=Fit.SHORT_SIDE,
            multiple=32,
            divisor=255,
        ),
        Output(is_stretched=False, edge_width=0),
    )


def test_the_documented_model_that_is_stretched_is_described(tmp_path: Path) -> None:
    input_, output = described(tmp_path, EXAMPLES["ormbg"])

    assert (input_.fit, input_.mean, input_.std, input_.divisor) == (Fit.STRETCH, (0, 0, 0), (1, 1, 1), 255)
    assert output == Output(edge_width=0.003)


def test_every_field_is_documented() -> None:
    text = (ROOT / "infra/models/README.md").read_text("utf-8")

    assert {name for name in (*_INPUT, *_OUTPUT) if f"`{name}`" not in text} == set()


def test_every_field_can_be_described(tmp_path: Path) -> None:
    assert set(_INPUT) == {field.name for field in dataclasses.fields(Input)}
    assert set(_OUTPUT) == {field.name for field in dataclasses.fields(Output)}
    more = {"fill": "blur", "fit": "letterbox", "divisor": None}
    output = {"index": 3, "activation": "sigmoid", "is_stretched": False, "edge_width": 0.01}

    described_input, described_output = described(
        tmp_path, json.dumps({"input": {**LEAST, **more}, "output": output})
    )

    assert (described_input.fill, described_input.divisor) == (Fill.BLUR, None)
    assert described_output == Output(
        index=3, activation=Activation.SIGMOID, is_stretched=False, edge_width=0.01
    )


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("side", "512", 'input.side is "512"; it should be a whole number from 32 to 4096'),
        ("side", True, "input.side is true"),
        ("side", 31, "input.side is 31"),
        ("mean", [0.5, 0.5], "input.mean is [0.5, 0.5]; it should be three numbers"),
        ("mean", [0.5, 0.5, "x"], "input.mean is"),
        ("std", [1, 1, 0], "input.std is [1, 1, 0]; it should be three numbers above 0"),
        ("fit", "crop", 'input.fit is "crop"; it should be stretch or letterbox or short side'),
        ("fit", ["stretch"], 'input.fit is ["stretch"]'),
        ("fill", "white", 'input.fill is "white"; it should be mirror or blur'),
        ("multiple", 0, "input.multiple is 0"),
        ("divisor", 0, "input.divisor is 0; it should be a number above 0, or null"),
        ("sides", 1, "there is no field input.sides; there are divisor, fill, fit, "),
    ],
)
def test_a_mistake_names_the_field_and_what_it_should_be(
    tmp_path: Path, field: str, value: object, told: str
) -> None:
    assert told in refused(tmp_path, json.dumps({"input": {**LEAST, field: value}}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "Expecting property name"),
        ("[]", "the file should be an object in braces"),
        ('{"input": 7}', "input should be an object in braces"),
        ("{}", "input.mean is missing"),
        ('{"inputs": {}}', "there is no field inputs; there are input, output"),
        (json.dumps({"input": LEAST, "output": {"index": -1}}), "output.index is -1"),
        (json.dumps({"input": LEAST, "output": {"activation": "softmax"}}), "should be none or sigmoid"),
        (json.dumps({"input": LEAST, "output": {"is_stretched": 1}}), "should be true or false"),
        (json.dumps({"input": LEAST, "output": {"edge_width": 0.5}}), "should be a number from 0 to 0.5"),
        (b"\xff", "cannot be read"),
    ],
)
def test_a_description_that_cannot_be_used_is_refused_in_a_line(
    tmp_path: Path, text: str | bytes, told: str
) -> None:
    assert told in refused(tmp_path, text)
