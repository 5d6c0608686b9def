"""The time from the start of a process to its first answer, against a hello-world function."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.bench.alternation import Figure, Measured, at_most, pairs, take_turns
from tests.bench.client import Connection, form
from tests.bench.contenders import ours
from tests.bench.functions import HELLO, MAIN, function, providing
from tests.bench.servers import Call, Server
from tests.bench.stage import Stage, provided_by

_BOUNDS = {"health": 1.5, "list": 1.5, "upload with rapidapi": 2.5, "application, first local upload": 6.0}


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    photo = stage.photos.small
    with providing(stage, photo) as url:
        provided = provided_by(url)
        starts: list[Callable[[], Measured]] = [
            lambda: _seconds(function(stage, HELLO, "hello", _getting("/"))),
            lambda: _seconds(function(stage, MAIN, "health", _getting("/api/health"))),
            lambda: _seconds(function(stage, MAIN, "list_images", _getting("/api/list"))),
            lambda: _seconds(function(stage, MAIN, "upload", _uploading(photo), **provided)),
            lambda: _seconds(ours(stage).warm(photo)),
        ]
        for start in starts:
            start()  # read and compile all files beforehand
        turns = take_turns("cold start", stage.rounds, *starts)
    return [
        Figure(
            f"cold start, {name}", "s", "hello world", pairs(turns, "s", ours=at, theirs=0), at_most(bound)
        )
        for at, (name, bound) in enumerate(_BOUNDS.items(), start=1)
    ]


def _seconds(start: AbstractContextManager[Server]) -> Measured:
    with start as server:
        return {"s": server.start_seconds}


def _getting(path: str) -> Call:
    return lambda connection: connection.succeed("GET", path)


def _uploading(photo: bytes) -> Call:
    body, headers = form("image", photo, {})

    def upload(connection: Connection) -> None:
        connection.succeed("POST", "/api/upload", body, headers)

    return upload
