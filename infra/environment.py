"""The settings of this machine: the environment's, and behind them those in .env."""

import os

from dotenv import dotenv_values


def environment() -> dict[str, str]:
    """Return every setting that is not empty; the environment wins."""
    file = {name: value for name, value in dotenv_values(".env").items() if value}
    return {**file, **{name: value for name, value in os.environ.items() if value}}
