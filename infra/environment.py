"""The settings of this machine: the environment's, and behind them those in .env."""

import os
from collections.abc import Mapping
from pathlib import Path


def environment() -> dict[str, str]:
    """Return every setting that is not empty; the environment wins."""
    found = {**_of_file(Path(".env")), **os.environ}
    return {name: value for name, value in found.items() if value}


def _of_file(path: Path) -> Mapping[str, str | None]:
    if not path.exists():
        return {}
    from dotenv import dotenv_values  # which the image, where there is no such file, does without

    return dotenv_values(path)
