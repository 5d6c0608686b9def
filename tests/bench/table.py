"""The results of a run: a Markdown table, and the same as JSON."""

from collections.abc import Iterable, Mapping

from tests.bench.alternation import Figure

_HEAD = ("figure", "ours", "other", "ratio", "range", "target", "reached")


def markdown(figures: Iterable[Figure]) -> str:
    """Return the table of these figures."""
    rows = [_HEAD, ["---"] * len(_HEAD), *map(_row, figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(figure: Figure) -> list[str]:
    ratios = figure.ratios
    return [
        figure.name,
        f"{_short(figure.ours)} {figure.unit}",
        f"{figure.beside}: {_short(figure.theirs)} {figure.unit}",
        _short(figure.ratio),
        f"{_short(ratios[0])} to {_short(ratios[-1])}",
        str(figure.bound or ""),
        "" if figure.bound is None else "yes" if figure.is_reached else "no",
    ]


def _short(value: float) -> str:
    """Return three significant digits, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.6f}"


def described(figure: Figure) -> Mapping[str, object]:
    """Return all values of a figure for a file."""
    return {
        "name": figure.name,
        "unit": figure.unit,
        "beside": figure.beside,
        "rounds": figure.rounds,
        "ratio": figure.ratio,
        "to_reach": str(figure.bound or ""),
        "reached": figure.is_reached,
    }
