"""Requests that no honest client sends, to both hosts, as raw bytes if a library would correct them."""

import pytest

from tests.tiers import extended

# If the HTTP server may refuse a request before our code sees it: each host has another server.
BOTH_HOSTS = pytest.mark.parametrize("host", ["functions-inline", "app-inline"], indirect=True)
# If only our code decides, which is the same on both hosts.
ANY_HOST = pytest.mark.parametrize("host", ["app-inline", *extended("functions-inline")], indirect=True)
