"""Moves the images of existing records from the database to the bucket, and back."""

from infra.local import FUNCTIONS  # which has the code of the endpoints found

__all__ = ["FUNCTIONS"]
