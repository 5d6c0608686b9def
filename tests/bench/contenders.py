"""The servers that remove backgrounds over HTTP: ours, and rembg's."""

import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import ROOT
from tests.bench.client import Answer, Connection, form
from tests.bench.servers import Server, serving
from tests.bench.stage import MODEL, Stage
from tests.integration.hosts import app_command
from tests.ports import free_port

REMBG = ROOT / ".venv" / "rembg" / "bin" / "rembg"


@dataclass(frozen=True)
class Contender:
    """A server that removes backgrounds, and the request that it takes."""

    command: Callable[[int], Sequence[str]]  # of a port
    environ: Mapping[str, str]
    log: Path
    path: str
    part: str
    fields: Mapping[str, str] = field(default_factory=dict)

    @contextlib.contextmanager
    def warm(self, photo: bytes) -> Iterator[Server]:
        """Run the server; it counts as started once it has processed this picture."""
        port = free_port()
        first = functools.partial(self.remove, photo=photo)
        with serving(self.command(port), port, self.environ, self.log, first) as server:
            yield server

    def remove(self, connection: Connection, photo: bytes) -> Answer:
        """Send a picture as a new user, and wait for the result."""
        body, headers = form(self.part, photo, self.fields)
        return connection.succeed("POST", self.path, body, headers)


def ours(stage: Stage) -> Contender:
    """Return the application with the settings of the container and of this machine."""
    return Contender(app_command, stage.environ(), stage.log, "/api/upload", "image")


def ours_stateless(stage: Stage) -> Contender:
    """Return the same application, called as remove.bg."""
    environ = stage.environ(API_KEYS="off")
    return Contender(app_command, environ, stage.log, "/v1.0/removebg", "image_file", {"size": "auto"})


def rembg(stage: Stage) -> Contender:
    """Return rembg's server with the same weights."""
    environ = {
        **os.environ,
        "U2NET_HOME": str(MODEL.parent),
        "BROWSER": "true",  # otherwise it opens its page
        "GRADIO_ANALYTICS_ENABLED": "False",
    }
    return Contender(_rembg, environ, stage.log, "/api/remove", "file", {"model": "u2netp"})


def _rembg(port: int) -> Sequence[str]:
    return [str(REMBG), "s", "--host", "127.0.0.1", "--port", str(port), "--log_level", "warning"]
