"""The embedded MongoDB server (SecantusDB), run as a program of its own."""

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
_LOOK_EVERY = 2.0  # seconds
_ANSWER_SECONDS = 5


class EmbeddedDatabase:
    """The database of a run, which is started anew when a full disk has broken it.

    Its storage engine gives up for good then: the server lives on and fails at every command, even when there
    is room again. What it has acknowledged is on the disk.
    """

    name = "database"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server, self.uri = start_database(folder)
        self._is_broken = False
        self._looked_at = time.monotonic()

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The server's process."""
        return self._server.process

    def has_ended(self) -> bool:
        """Tell whether the server is gone without being told to go."""
        return not self._is_broken and self._server.has_ended()

    def stop(self) -> None:
        """End the server and wait until it is gone."""
        self._server.stop()

    def mend(self) -> None:
        """Start the server anew where it fails at everything; to be called now and then."""
        if time.monotonic() - self._looked_at < _LOOK_EVERY:
            return
        if not self._is_broken and _reads(self.uri):
            self._looked_at = time.monotonic()
            return
        if not self._is_broken:
            print("The database fails, as when its disk is full; starting it anew.", file=sys.stderr)
        self._is_broken = True
        self._server.stop()
        with contextlib.suppress(CommandError):  # there is no room yet
            self._server, _ = start_database(self._folder, urlsplit(self.uri).port)
            self._is_broken = not _reads(self.uri)
        self._looked_at = time.monotonic()


def _reads(uri: str) -> bool:
    """Tell whether the server can read; also true where it does not answer in time, being busy."""
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
    """Start the server on this folder and return it with its URI once it answers.

    To a replica set, as in the cloud, drivers repeat writes whose connection broke; but one of a single
    member keeps every write twice, the second time for the others.
    """
    storage, log = folder / "mongo", folder / "mongo.log"
    end_leftovers(_STORAGE_OPTION, storage, patience=_STOP_SECONDS)
    port = port or free_port()
    with log.open("wb") as output:
        server = start(
            "database", _command(storage, port, is_replica_set), patience=_STOP_SECONDS, log=output
        )
    uri = f"mongodb://127.0.0.1:{port}/?directConnection=true&w=majority&journal=true"
    try:
        _wait_until_it_answers(server, uri, log)
    except BaseException:
        server.stop()
        raise
    return server, uri


def _command(storage: Path, port: int, is_replica_set: bool) -> list[str]:
    # Without --sync-on-commit an acknowledged write can be lost when the server is killed.
    return [
        *(str(Path(sys.executable).with_name("secantusd-py")), "--host", "127.0.0.1", "--port", str(port)),
        *(_STORAGE_OPTION, str(storage), "--sync-on-commit"),
        *("--cache-size", "256M", "--log-level", "WARNING"),
        *(("--oplog-max-entries", "500") if is_replica_set else ("--standalone",)),
    ]


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
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
