"""The description of a model of one's own: a JSON file beside it, with the fields of a catalogue entry.

`portrait.onnx` is described by `portrait.json`:

    {"input": {"side": 512, "fit": "short side", "divisor": 255,
               "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
     "output": {"is_stretched": false}}

Fields that are left out have the defaults of `Input` and `Output`.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from common.removers.catalogue import Activation, Fill, Fit, Input, Output

T = TypeVar("T", Input, Output)


class SidecarError(ValueError):
    """A description is invalid; the message is one line that names the field and says what it should be."""


def describe(model: Path) -> tuple[Input, Output] | None:
    """Read the JSON file beside a model; return None if there is none, or raise SidecarError."""
    path = model.with_suffix(".json")
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SidecarError(f"{path} cannot be read: {error}") from None
    try:
        fields = _fields(json.loads(text), {"input", "output"}, "")
        return (
            _parsed(Input, fields.get("input", {}), _INPUT, "input."),
            _parsed(Output, fields.get("output", {}), _OUTPUT, "output."),
        )
    except ValueError as error:
        raise SidecarError(f"{path}: {error}") from None


def _fields(value: object, known: set[str], prefix: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{prefix.rstrip('.') or 'the file'} should be an object in braces")  # noqa: TRY004
    unknown = value.keys() - known
    if unknown:
        raise ValueError(f"there is no field {prefix}{min(unknown)}; there are {', '.join(sorted(known))}")
    return value


def _parsed(kind: type[T], value: object, parsers: Mapping[str, "_Parser"], prefix: str) -> T:
    given = _fields(value, set(parsers), prefix)
    required = {field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING}
    missing = required - given.keys()
    if missing:
        raise ValueError(f"{prefix}{min(missing)} is missing")
    return kind(**{name: parsers[name].parse(prefix + name, content) for name, content in given.items()})


@dataclasses.dataclass(frozen=True)
class _Parser:
    is_valid: Callable[[Any], bool]
    meaning: str
    convert: Callable[[Any], Any] = lambda value: value

    def parse(self, name: str, value: object) -> Any:
        if not self.is_valid(value):
            raise ValueError(f"{name} is {json.dumps(value)}; it should be {self.meaning}")
        return self.convert(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole_number(least: int, most: int) -> _Parser:
    def is_valid(value: object) -> bool:
        return type(value) is int and least <= value <= most

    return _Parser(is_valid, f"a whole number from {least} to {most}")


def _three_numbers(meaning: str, *, are_positive: bool) -> _Parser:
    def is_valid(value: Any) -> bool:
        is_list = isinstance(value, list) and len(value) == 3 and all(map(_is_number, value))
        return is_list and not (are_positive and min(value) <= 0)

    return _Parser(is_valid, meaning, tuple)


def _one_of(kind: type[Fit] | type[Fill] | type[Activation]) -> _Parser:
    return _Parser(lambda value: value in list(kind), " or ".join(kind), kind)


_INPUT: Mapping[str, _Parser] = {
    "side": _whole_number(32, 4096),
    "mean": _three_numbers("three numbers, one for each channel", are_positive=False),
    "std": _three_numbers("three numbers above 0, one for each channel", are_positive=True),
    "fit": _one_of(Fit),
    "fill": _one_of(Fill),
    "multiple": _whole_number(1, 256),
    "divisor": _Parser(
        lambda value: value is None or (_is_number(value) and value > 0),
        "a number above 0, or null for the largest value in the picture",
    ),
}
_OUTPUT: Mapping[str, _Parser] = {
    "index": _whole_number(0, 99),
    "activation": _one_of(Activation),
    "is_stretched": _Parser(lambda value: isinstance(value, bool), "true or false"),
    "edge_width": _Parser(lambda value: _is_number(value) and 0 <= value < 0.5, "a number from 0 to 0.5"),
}
