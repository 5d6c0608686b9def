"""The embedded MongoDB server (SecantusDB), run as a separate program."""

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from infra.errors import CommandError
from infra.local.processes import Child, end_leftovers, start

_START_SECONDS = 30
_STOP_SECONDS = 20  # it writes a checkpoint first
_STORAGE_OPTION = "--storage-path"
_CHECK_EVERY = 2.0  # seconds
_ANSWER_SECONDS = 5


class EmbeddedDatabase:
    """The database of a run; it is restarted if a full disk has broken it.

    With a full disk the storage engine fails for good: the server keeps running but rejects every command,
    even when there is space again. Acknowledged writes are on the disk.
    """

    name = "database"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server, self.uri = start_database(folder)
        self._is_broken = False
        self._checked_at = time.monotonic()

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The server's process."""
        return self._server.process

    def has_ended(self) -> bool:
        """Tell whether the server has ended unexpectedly."""
        return not self._is_broken and self._server.has_ended()

    def stop(self) -> None:
        """End the server and wait for it."""
        self._server.stop()

    def restart_if_broken(self) -> None:
        """Restart the server if it fails every command; call this periodically."""
        if time.monotonic() - self._checked_at < _CHECK_EVERY:
            return
        if not self._is_broken and _reads(self.uri):
            self._checked_at = time.monotonic()
            return
        if not self._is_broken:
            print("The database fails, as it does when its disk is full; restarting it.", file=sys.stderr)
        self._is_broken = True
        self._server.stop()
        with contextlib.suppress(CommandError):  # the disk is still full
            self._server, _ = start_database(self._folder, urlsplit(self.uri).port)
            self._is_broken = not _reads(self.uri)
        self._checked_at = time.monotonic()


def _reads(uri: str) -> bool:
    """Tell whether the server can read; assume so if it is only too busy to answer in time."""
    limit = _ANSWER_SECONDS * 1000
    with pymongo.MongoClient[dict[str, object]](
        uri, serverSelectionTimeoutMS=limit, socketTimeoutMS=limit
    ) as client:
        try:
            client["admin"]["look"].find_one()
        except OperationFailure:
            return False
        except PyMongoError:
            return True
        return True


def start_database(
    folder: Path, port: int | None = None, *, is_replica_set: bool = False
) -> tuple[Child, str]:
    """Start the server on this folder, wait until it answers, and return it with its URI.

    If a connection breaks, drivers retry writes to a replica set, as in the cloud. But a replica set stores
    every write twice, even with a single member.
    """
    storage, log = folder / "mongo", folder / "mongo.log"
    end_leftovers(_STORAGE_OPTION, storage, grace=_STOP_SECONDS)
    port = port or free_port()
    with log.open("wb") as output:
        server = start("database", _command(storage, port, is_replica_set), grace=_STOP_SECONDS, log=output)
    uri = f"mongodb://127.0.0.1:{port}/?directConnection=true&w=majority&journal=true"
    try:
        _wait_until_it_answers(server, uri, log)
    except BaseException:
        server.stop()
        raise
    return server, uri


def _command(storage: Path, port: int, is_replica_set: bool) -> list[str]:
    # Without --sync-on-commit an acknowledged write is lost if the server is killed.
    return [
        *(str(Path(sys.executable).with_name("secantusd-py")), "--host", "127.0.0.1", "--port", str(port)),
        *(_STORAGE_OPTION, str(storage), "--sync-on-commit"),
        *("--cache-size", "256M", "--log-level", "WARNING"),
        *(("--oplog-max-entries", "500") if is_replica_set else ("--standalone",)),
    ]


def free_port() -> int:
    """Return an unused port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(server: Child, uri: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with pymongo.MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=200) as client:
        while time.monotonic() < deadline and not server.has_ended():
            try:
                client.admin.command("ping")
            except PyMongoError:
                time.sleep(0.05)
            else:
                return
    raise CommandError(f"The embedded database did not start; {log} says why.")
