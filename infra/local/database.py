"""The embedded MongoDB server (SecantusDB), run as a program of its own."""

import socket
import sys
import time
from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError

from infra.local.errors import RunError
from infra.local.processes import Child, end_leftovers, start

_START_SECONDS = 30
_STOP_SECONDS = 20  # it writes a checkpoint first
_STORAGE_OPTION = "--storage-path"


def start_database(folder: Path) -> tuple[Child, str]:
    """Start the server on this folder and return it with its URI once it answers."""
    storage, log = folder / "mongo", folder / "mongo.log"
    end_leftovers(_STORAGE_OPTION, storage, patience=_STOP_SECONDS)
    port = free_port()
    with log.open("wb") as output:
        server = start("database", _command(storage, port), patience=_STOP_SECONDS, log=output)
    uri = f"mongodb://127.0.0.1:{port}/?directConnection=true&w=majority&journal=true"
    try:
        _wait_until_it_answers(server, uri, log)
    except BaseException:
        server.stop()
        raise
    return server, uri


def _command(storage: Path, port: int) -> list[str]:
    # Without --sync-on-commit an acknowledged write can be lost when the server is killed.
    return [
        *(str(Path(sys.executable).with_name("secantusd-py")), "--host", "127.0.0.1", "--port", str(port)),
        *(_STORAGE_OPTION, str(storage), "--sync-on-commit"),
        *("--cache-size", "256M", "--oplog-max-entries", "500", "--log-level", "WARNING"),
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
    raise RunError(f"The embedded database did not start; {log} says why.")
