"""A run in which everything fails at random, and nothing may be lost: python -m tests.chaos."""

import infra.local  # noqa: F401 - it finds the functions' modules
