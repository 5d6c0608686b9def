"""Requests that no honest client sends, to both hosts, byte by byte where a library would tidy them up."""

import pytest

BOTH_HOSTS = pytest.mark.parametrize("host", ["functions-inline", "app-inline"], indirect=True)
