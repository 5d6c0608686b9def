"""The catalogue as a table for people."""

from collections.abc import Iterator
from pathlib import Path

from common.removers.catalogue import CATALOGUE, Combination, Commercial, Model, models
from infra.models.files import path_of

_COMMERCIAL = {
    Commercial.YES: "commercial use allowed",
    Commercial.NO: "no commercial use",
    Commercial.UNCLEAR: "commercial use unclear",
}


def table(folder: Path) -> Iterator[str]:
    """Yield the lines that describe each entry of the catalogue."""
    for name, entry in CATALOGUE.items():
        parts = models(name)
        size = sum(model.file.size for model in parts.values())
        is_here = all(path_of(part, folder).exists() for part in parts)
        yield f"{name}: {entry.title}{' (fetched)' if is_here else ''}"
        yield f"    {size / 1_000_000:.1f} MB; {_measured(entry)}"
        if isinstance(entry, Combination):
            yield f"    combines {', '.join(parts)}"
        for licence in dict.fromkeys(map(_licence, parts.values())):
            yield f"    {licence}"


def _licence(model: Model) -> str:
    return f"licence: {model.licence}; {_COMMERCIAL[model.commercial]}. {model.notice}"


def _measured(entry: Model | Combination) -> str:
    if entry.measured is None:
        return "time and memory not measured here"
    seconds, megabytes = entry.measured.seconds, entry.measured.megabytes
    return f"{seconds:g} s of processor time a picture, {megabytes} MB of memory with four clients"
