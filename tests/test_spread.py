"""Tests that share a host or a file stay together when several workers run them."""

import pytest

from tests.spread import shared_by


@pytest.mark.parametrize(
    ("nodeid", "shared"),
    [
        ("tests/unit/test_app.py::test_a[x]", "tests/unit/test_app.py"),
        ("tests/integration/test_errors.py::test_a[app-bucket-x]", "app-bucket"),
        ("tests/integration/hostile/test_names.py::test_a[a name-functions-inline]", "functions-inline"),
        (
            "tests/integration/test_a.py::test_a[app-inline+functions-bucket-1]",
            "app-inline+functions-bucket",
        ),
        ("tests/integration/test_local_run.py::test_a[x]", "tests/integration/test_local_run.py::test_a[x]"),
    ],
)
def test_a_tests_name_tells_what_it_shares(nodeid: str, shared: str) -> None:
    assert shared_by(nodeid) == shared
