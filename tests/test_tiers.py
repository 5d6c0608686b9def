"""The table of guarantees in README.md contains every test file, with its tiers."""

import re
from fnmatch import fnmatch

import pytest

from infra.local import ROOT
from tests.conftest import TIERS
from tests.tiers import one_in, one_row_in

TESTS = ROOT / "tests"
ROW = re.compile(r"^\| (?P<guarantee>[^|]+) \| (?P<paths>`[^|]+`) \| (?P<tiers>1|2|1, 2) \|$", re.MULTILINE)
ROWS = [
    (set(re.findall(r"`([^`]+)`", row["paths"])), {int(tier) for tier in row["tiers"].split(", ")})
    for row in ROW.finditer((TESTS / "README.md").read_text("utf-8"))
]
FILES = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py"))


def is_named(file: str, names: set[str]) -> bool:
    """Tell whether one of these names, which may have asterisks, matches the file or its directory."""
    return any(fnmatch(file, f"{name}*" if name.endswith("/") else name) for name in names)


def test_every_file_of_tests_is_in_a_row() -> None:
    assert [file for file in FILES if not any(is_named(file, names) for names, _ in ROWS)] == []


def test_every_name_in_the_table_has_tests() -> None:
    names = set().union(*(names for names, _ in ROWS))

    assert {name for name in names if not any(is_named(file, {name}) for file in FILES)} == set()


def test_each_row_has_the_tiers_of_its_files(request: pytest.FixtureRequest) -> None:
    seen = request.config.stash[TIERS]
    collected = {file for file in FILES if f"tests/{file}" in seen}

    for names, tiers in ROWS:
        files = {file for file in FILES if is_named(file, names)}
        if files <= collected:  # all of them, which is not so if only some tests are run
            assert set().union(*(seen[f"tests/{file}"] for file in files)) == tiers, names


def test_parameters_of_the_second_tier_are_marked_and_none_is_left_out() -> None:
    rows = one_row_in(2, [("a", 1), ("b", 2), ("c", 3)])

    assert [each.values for each in rows] == [("a", 1), ("b", 2), ("c", 3)]
    assert [[mark.name for mark in each.marks] for each in rows] == [[], ["extended"], []]
    assert [each.values for each in one_in(3, "x", "y")] == [("x",), ("y",)]
