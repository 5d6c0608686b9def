"""Options that several commands have."""

import argparse


def add_patience(parser: argparse.ArgumentParser, meaning: str) -> None:
    """Add --patience, from 1 second to an hour."""
    parser.add_argument(
        "--patience", metavar="SECONDS", type=_seconds, default=60, help=f"{meaning} (%(default)s)"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 3600")
    return seconds
