"""Requests that no honest client sends, to both hosts, byte by byte where a library would tidy them up."""

import pytest

from tests.tiers import extended

# For what the HTTP server may refuse before our code sees it: each host has another.
BOTH_HOSTS = pytest.mark.parametrize("host", ["functions-inline", "app-inline"], indirect=True)
# For what only our code decides, which is the same on both.
ANY_HOST = pytest.mark.parametrize("host", ["app-inline", *extended("functions-inline")], indirect=True)
