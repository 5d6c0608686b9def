"""Packs what a Cloud Function is deployed from into one file."""

from infra.local import FUNCTIONS  # which has the code of the endpoints found

__all__ = ["FUNCTIONS"]
