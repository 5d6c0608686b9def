"""Options that several commands share."""

import argparse


def add_timeout(parser: argparse.ArgumentParser, meaning: str) -> None:
    """Add --timeout, from 1 second to an hour."""
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=_seconds, default=60, help=f"{meaning} (%(default)s)"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 3600")
    return seconds
