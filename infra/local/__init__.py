"""The local host: an embedded database and the application on this machine, started by one command."""

from infra import FUNCTIONS, ROOT

__all__ = ["FUNCTIONS", "ROOT"]
