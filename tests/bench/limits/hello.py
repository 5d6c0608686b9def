"""A function that does nothing."""

from flask import Request


def hello(request: Request) -> str:
    """Greet."""
    return "Hello"
