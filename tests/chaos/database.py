"""The embedded database, which can be killed and restarted, and the link to it."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pymongo
from pymongo.errors import PyMongoError

from infra.local.database import start_database
from infra.local.processes import start
from tests.proxy import Proxy

_START_SECONDS = 60
_STOP_SECONDS = 20


class RestartableDatabase:
    """The embedded database on a fixed folder and port."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "mongo.log"
        self._server, self.uri = start_database(folder, is_replica_set=True)
        port = urlsplit(self.uri).port
        assert port
        self.port = port

    def kill(self) -> None:
        """Kill it, in the middle of its work."""
        self._server.process.kill()
        self._server.process.wait()

    def restart(self) -> None:
        """Start it again and wait until it answers."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the database did not start again; {self._log} says why")
            if self._server.has_ended():
                self._start()
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it."""
        self._server.stop()

    def _start(self) -> None:
        command = cast(list[str], self._server.process.args)
        with self._log.open("ab") as log:
            self._server = start("database", command, grace=_STOP_SECONDS, log=log)

    def _answers(self) -> bool:
        with pymongo.MongoClient[dict[str, object]](self.uri, serverSelectionTimeoutMS=200) as client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True


class Link(Proxy):
    """The link to the database; it outlives the database, and can be slow."""

    def _connect(self, client: socket.socket) -> None:
        try:
            super()._connect(client)
        except OSError:  # the database is not there
            client.close()

    def slow(self) -> AbstractContextManager[None]:
        """Let data through only at intervals until the block ends."""
        return self._again_and_again(self.stall, 0.15)

    def blinking(self) -> AbstractContextManager[None]:
        """Break all connections repeatedly until the block ends."""
        return self._again_and_again(self.cut, 0.001)

    @contextlib.contextmanager
    def _again_and_again(self, fail: Callable[[], None], seconds: float) -> Iterator[None]:
        ended = threading.Event()

        def hesitate() -> None:
            while not ended.wait(0.04):
                fail()
                ended.wait(seconds)
                self.restore()

        thread = threading.Thread(target=hesitate, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.restore()
