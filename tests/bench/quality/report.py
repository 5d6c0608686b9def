"""The table of a run: each maker's measures for each group of photos, with their range."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from statistics import mean

from tests.bench.quality.metrics import Errors

_HEAD = (
    "photos", "mattes by", "MAE, of 1000", "edge, of 255", "IoU", "SAD, thousands", "MSE, of 1000",
    "gradient, thousands",
)  # fmt: skip
_SHOWN: Sequence[Callable[[float], str]] = (
    "{:.1f}".format, "{:.1f}".format, "{:.3f}".format, "{:.1f}".format, "{:.1f}".format, "{:.1f}".format,
)  # fmt: skip

Measured = Mapping[str, Mapping[str, Sequence[Errors]]]  # by group, then by maker


def markdown(measured: Measured) -> str:
    """Return the table in Markdown: means, with the extremes of single photos in brackets."""
    rows = [_HEAD, ["---"] * len(_HEAD)]
    for group, made in measured.items():
        for maker, errors in made.items():
            rows.append([f"{group} ({len(errors)})", maker, *_cells(errors)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(errors: Sequence[Errors]) -> list[str]:
    columns = zip(*map(astuple, errors), strict=True)
    return [
        f"{show(mean(column))} ({show(min(column))} to {show(max(column))})"
        for show, column in zip(_SHOWN, columns, strict=True)
    ]
