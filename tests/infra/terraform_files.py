"""Read the Terraform files without Terraform."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2

ROOT = Path(__file__).resolve().parents[2]
TERRAFORM = ROOT / "infra" / "terraform"
ENVIRONMENTS = sorted(path for path in (TERRAFORM / "environments").iterdir() if path.is_dir())
FOLDERS = [*ENVIRONMENTS, *sorted(path for path in (TERRAFORM / "modules").iterdir() if path.is_dir())]


def blocks(folder: Path, kind: str) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield the labels and the body of every block of a kind in a folder's files."""
    for path in sorted(folder.glob("*.tf")):
        for block in _plain(_parsed(path.read_text())).get(kind, []):
            yield from _labelled((), block)


@functools.cache
def _parsed(text: str) -> dict[str, Any]:
    return hcl2.loads(text)


def local_values(folder: Path) -> dict[str, Any]:
    """Return the folder's locals; a computed one is its expression, ${...}."""
    return {name: value for _, body in blocks(folder, "locals") for name, value in body.items()}


def strings(expression: str) -> list[str]:
    """Return the string literals in an expression."""
    return re.findall(r'"([^"]*)"', expression)


def _labelled(labels: tuple[str, ...], block: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if block.pop("__is_block__", False):
        yield labels, block
        return
    for label, inner in block.items():
        yield from _labelled((*labels, label), inner)


def _plain(value: Any) -> Any:
    """Remove the parser's quotes around strings and labels, and its comments."""
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items() if key != "__comments__"}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value
