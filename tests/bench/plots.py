"""Bar charts of figures, with the range of their rounds."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import matplotlib

from tests.bench.alternation import Figure

_FILES = {
    "pictures a second, 4 clients": "throughput.png",
    "one 12 MP JPEG": "large.png",
    "peak memory, 4 clients, 12 MP": "memory.png",
}


def draw(figures: Sequence[Figure], folder: Path) -> None:
    """Draw the figures that have a plot into files of this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in _FILES.items():
        if alike := [figure for figure in figures if figure.name == name]:
            _draw(alike, folder / file)


def _draw(figures: Sequence[Figure], file: Path) -> None:
    """Draw one bar for us and one for each contender."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    bars = {"this project": [ours for ours, _ in figures[0].rounds]}
    bars |= {figure.beside: [theirs for _, theirs in figure.rounds] for figure in figures}
    middles = [median(values) for values in bars.values()]
    below = [middle - min(values) for middle, values in zip(middles, bars.values(), strict=True)]
    above = [max(values) - middle for middle, values in zip(middles, bars.values(), strict=True)]
    plot, axes = pyplot.subplots(figsize=(6, 0.7 + 0.5 * len(bars)), layout="constrained")
    colours = ["tab:blue", *["tab:grey"] * len(figures)]
    axes.barh(list(bars), middles, xerr=[below, above], color=colours, capsize=3)
    axes.invert_yaxis()
    axes.set(title=figures[0].name, xlabel=figures[0].unit, xlim=(0, None))
    plot.savefig(file, dpi=110)
    pyplot.close(plot)
