"""The data folder of a run: its lock, its secret key, and the address of its database."""

import fcntl
import os
import secrets
from pathlib import Path
from typing import IO

from infra.errors import CommandError

_DATABASE_URI = "mongo.uri"


class InUse(CommandError):
    """Another run uses the data folder."""


def lock(folder: Path) -> IO[str]:
    """Create the folder if necessary, and lock it until the returned file is closed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+")
    except OSError as error:
        raise CommandError(f"DATA_DIR {folder} cannot be used: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        raise InUse(
            f"DATA_DIR {folder} is in use by another run (process {owner}). Stop that one, or set DATA_DIR."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def secret_key(folder: Path) -> str:
    """Return the folder's secret key; the first call creates it, readable only by its owner."""
    path = folder / "secret_key"
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        draft.replace(path)  # atomic: an incomplete key would end all sessions
    return path.read_text().strip()


def write_database_uri(folder: Path, uri: str) -> None:
    """Write the address of this run's database, for other commands."""
    (folder / _DATABASE_URI).write_text(uri, "utf-8")


def database_uri(folder: Path) -> str:
    """Return the database address of the run that uses this folder, or raise CommandError."""
    try:
        return (folder / _DATABASE_URI).read_text("utf-8").strip()
    except OSError:
        raise CommandError(f"The run in DATA_DIR {folder} is starting. Try again in a moment.") from None
