"""This project measured against the alternatives: python -m tests.bench."""

import infra.local  # noqa: F401 - it finds the functions' modules
