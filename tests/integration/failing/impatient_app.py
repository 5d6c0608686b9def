"""The application host, impatient."""

import tests.integration.failing.impatient  # noqa: F401
from app import create_app

__all__ = ["create_app"]
