"""python -m infra.keys: add, list and revoke API keys."""

import argparse
import sys
from collections.abc import Iterator, Sequence

from common.domain.errors import Unavailable
from common.domain.quotas import ApiKey
from common.service.api_keys import ApiKeys
from infra.environment import environment
from infra.errors import CommandError
from infra.keys.database import opened

_HELP = """Adds, lists and revokes API keys in the database of this service: the one that MONGO_URI names, or
else the one of `make run` in DATA_DIR (.data), whether that is running or not. Both are read from the
environment and then from .env."""
_COLUMNS = "{:<24} {:<12} {:>10} {:>10} {:>10}  {}"
_NAME_LENGTH = 100
_MOST = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the commands and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        with opened(environment()) as keys:
            for line in options.run(keys, options):
                print(line, flush=True)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except Unavailable:
        print("The database does not answer. Check MONGO_URI and try again.", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.keys", description=_HELP)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    adding = commands.add_parser("add", help="create a key and print it; it cannot be shown again")
    adding.add_argument("name", metavar="NAME", type=_name, help="the name of the key's user")
    for window in ("minute", "month"):
        adding.add_argument(
            f"--per-{window}", metavar="N", type=_limit, help=f"calls that the key may make a {window}"
        )
    adding.set_defaults(run=_add)
    commands.add_parser("list", help="show the keys' limits and use").set_defaults(run=_list)
    revoking = commands.add_parser("revoke", help="make a key invalid at once")
    revoking.add_argument("name", metavar="NAME")
    revoking.set_defaults(run=_revoke)
    return parser


def _add(keys: ApiKeys, options: argparse.Namespace) -> Iterator[str]:
    key = keys.add(options.name, per_minute=options.per_minute, per_month=options.per_month)
    if key is None:
        raise CommandError(
            f"There is a key named {options.name} already. Revoke it first, or choose another name."
        )
    yield key


def _list(keys: ApiKeys, _: argparse.Namespace) -> Iterator[str]:
    rows = [_row(key) for key in keys.all()]
    yield _COLUMNS.format("NAME", "CREATED", "PER MINUTE", "PER MONTH", "THIS MONTH", "STATE")
    yield from rows


def _row(key: ApiKey) -> str:
    state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "valid"
    limits = ("-" if limit is None else limit for limit in (key.per_minute, key.per_month))
    return _COLUMNS.format(key.name, f"{key.created_at:%Y-%m-%d}", *limits, key.used_this_month, state)


def _revoke(keys: ApiKeys, options: argparse.Namespace) -> Iterator[str]:
    if not keys.revoke(options.name):
        raise CommandError(f"There is no valid key named {options.name}. `list` shows those there are.")
    yield f"The key of {options.name} is invalid from now on."


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > _NAME_LENGTH or not name.isprintable():
        raise argparse.ArgumentTypeError(f"a name needs 1 to {_NAME_LENGTH} printable characters")
    return name


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {_MOST}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
