"""The settings of this machine: the environment, and defaults from .env."""

import os
from collections.abc import Mapping
from pathlib import Path


def environment() -> dict[str, str]:
    """Return all settings that are not empty; the environment has precedence."""
    found = {**_of_file(Path(".env")), **os.environ}
    return {name: value for name, value in found.items() if value}


def _of_file(path: Path) -> Mapping[str, str | None]:
    if not path.exists():
        return {}
    from dotenv import dotenv_values  # the container image has neither dotenv nor a .env

    return dotenv_values(path)
