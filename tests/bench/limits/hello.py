"""A function that does nothing."""

from flask import Request


def hello(request: Request) -> str:
    """Return a greeting."""
    return "Hello"
