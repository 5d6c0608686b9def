"""The bench's arithmetic, its table, and its cheapest parts in use."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.bench import table
from tests.bench.__main__ import main
from tests.bench.alternation import (
    Bound,
    Figure,
    Measured,
    at_least,
    at_most,
    pairs,
    percentile,
    take_turns,
    take_turns_call_by_call,
)
from tests.bench.photos import MEDIUM, SMALL, Photos
from tests.bench.plots import draw

ROUNDS = [(2.0, 1.0), (9.0, 3.0), (4.0, 4.0)]


def test_a_ratio_is_the_median_of_the_rounds_ratios_not_the_ratio_of_the_medians() -> None:
    figure = Figure("f", "s", "another", ROUNDS)

    assert (figure.ours, figure.theirs) == (4, 3)
    assert figure.ratios == [1, 2, 3]
    assert figure.ratio == 2


@pytest.mark.parametrize(
    ("bound", "is_reached"),
    [(at_most(2), True), (at_most(1.9), False), (at_least(2), True), (at_least(2.1), False), (None, True)],
)
def test_a_figure_is_reached_if_its_median_ratio_is_within_its_bound(
    bound: Bound | None, is_reached: bool
) -> None:
    assert Figure("f", "s", "another", ROUNDS, bound).is_reached is is_reached


def test_contenders_take_turns() -> None:
    order: list[str] = []

    def measuring(name: str) -> Callable[[], Measured]:
        return lambda: order.append(name) or {"at": len(order)}  # type: ignore[func-returns-value]

    turns = take_turns("row", 2, measuring("ours"), measuring("theirs"), measuring("third"))

    assert order == ["ours", "theirs", "third"] * 2
    assert pairs(turns, "at") == [(1, 2), (4, 5)]
    assert pairs(turns, "at", ours=2, theirs=0) == [(3, 1), (6, 4)]


def test_short_calls_take_turns_one_by_one() -> None:
    order: list[tuple[str, int]] = []

    def calling(name: str, seconds: float) -> Callable[[int], float]:
        return lambda number: order.append((name, number)) or seconds  # type: ignore[func-returns-value]

    turns = take_turns_call_by_call("row", 2, 2, calling("ours", 0.002), calling("theirs", 0.001))

    assert order == [(name, number) for number in range(4) for name in ("ours", "theirs")]
    assert pairs(turns, "p95") == [(2, 1), (2, 1)]


def test_the_table_has_a_line_for_each_figure() -> None:
    reached = Figure("speed", "/s", "another", ROUNDS, at_least(2))
    missed = Figure("size", "bytes", "another", [(1500, 1_000_000)], at_most(1 / 1000))
    told = Figure("told", "s", "another", ROUNDS)

    _, _, *lines = table.markdown([reached, missed, told]).splitlines()

    assert lines == [
        "| speed | 4 /s | another: 3 /s | 2 | 1 to 3 | at least 2 | yes |",
        "| size | 1,500 bytes | another: 1,000,000 bytes | 0.0015 | 0.0015 to 0.0015 | at most 0.001 | no |",
        "| told | 4 s | another: 3 s | 2 | 1 to 3 |  |  |",
    ]


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile([3, 1, 2, 4], 0.5) == 3
    assert percentile([3, 1, 2, 4], 0.99) == 4


def test_a_photo_of_the_bench_has_a_photos_file_size() -> None:
    photo = Photos().photo(MEDIUM)

    with Image.open(io.BytesIO(photo)) as picture:
        assert (picture.format, picture.size) == ("JPEG", MEDIUM)
    assert 300_000 < len(photo) < 600_000
    assert photo == Photos().photo(MEDIUM) != Photos().photo(MEDIUM, seed=1)


def test_photos_of_a_folder_are_brought_to_size(tmp_path: Path) -> None:
    Image.new("RGB", (90, 200), "red").save(tmp_path / "own.png")

    first, second = (Photos(tmp_path).photo(SMALL, seed) for seed in (0, 1))

    with Image.open(io.BytesIO(first)) as picture:
        assert (picture.format, picture.size) == ("JPEG", SMALL)
    assert first != second


def test_figures_with_a_plot_are_drawn(tmp_path: Path) -> None:
    draw([Figure("one 12 MP JPEG", "s", "another", ROUNDS), Figure("f", "s", "another", ROUNDS)], tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["large.png"]


def test_an_unknown_row_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nonsense"])

    assert "throughput" in capsys.readouterr().err
