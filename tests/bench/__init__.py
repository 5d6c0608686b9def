"""This project measured beside what people would use instead: python -m tests.bench."""

import infra.local  # noqa: F401 - it finds the functions' modules
