"""Collect the files of the bundle."""

import ast
from collections.abc import Mapping
from pathlib import Path

from common.removers.catalogue import CATALOGUE
from endpoints import ENDPOINTS
from infra.errors import CommandError
from infra.models.conversion import with_copy
from infra.models.files import fetch

MODELS = "models"  # relative to the bundle's root, a function's working directory
OWN = "own"  # the name of a user's own model
_HOST, _OTHER_HOST = "main.py", "app.py"  # the container's host, which needs web/ beside it
_REQUIREMENTS, _MODEL_REQUIREMENTS = "requirements.txt", "requirements-local-model.txt"


def contents(folder: Path, model: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Return the files by name, including a model's and its requirements if given; raises CommandError."""
    files = _modules(folder)
    files[_REQUIREMENTS] = _read(folder / _REQUIREMENTS)
    if model:
        files[_REQUIREMENTS] += b"\n" + _read(folder / _MODEL_REQUIREMENTS)
        files |= model
    return files


def model_files(chosen: str, folder: Path) -> dict[str, bytes]:
    """Return the files of a catalogue entry, downloaded if necessary, or of a user's own model."""
    if chosen in CATALOGUE:
        paths = [each for path in fetch(chosen, folder) for each in with_copy(path)]
        return {f"{MODELS}/{path.name}": _read(path) for path in paths}
    file, description = Path(chosen), Path(chosen).with_suffix(".json")
    files = {f"{MODELS}/{OWN}.onnx": _weights(file)}
    if description.is_file():  # common.removers.sidecar reads it
        files[f"{MODELS}/{OWN}.json"] = _read(description)
    return files


def _modules(folder: Path) -> dict[str, bytes]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
    if _HOST not in paths:
        raise CommandError(f"{folder} is not the functions' folder: it has no {_HOST}.")
    modules = {name: _read(path) for name, path in paths.items() if name != _OTHER_HOST}
    for endpoint in ENDPOINTS.values():
        module, _, function = endpoint.function.partition(":")
        if function not in _functions_of(modules, f"{module}.py"):
            raise CommandError(f"{folder / module}.py has no function {function}, which has to be deployed.")
    _functions_of(modules, _HOST)
    return modules


def _functions_of(modules: Mapping[str, bytes], name: str) -> set[str]:
    """Return the functions that a module defines, without running it."""
    try:
        body = ast.parse(modules.get(name, b"")).body
    except SyntaxError as error:
        raise CommandError(f"{name} is not Python: {error.msg} (line {error.lineno}).") from None
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}


def _weights(path: Path) -> bytes:
    if not path.is_file():
        raise CommandError(f"{path} is neither a file nor one of the models {', '.join(CATALOGUE)}.")
    content = _read(path)
    if not content:
        raise CommandError(f"{path} is empty.")
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
