"""Pictures per second without records: over HTTP and by infra.cutout, beside rembg's server and an upload."""

import shutil
import subprocess
import sys
import time
from itertools import cycle, islice

from tests.bench.alternation import Figure, Measured, at_least, pairs, take_turns
from tests.bench.client import Connection, at_once
from tests.bench.contenders import Contender, ours, ours_stateless, rembg
from tests.bench.photos import MEDIUM
from tests.bench.stage import Stage

_CLIENTS = 4
_EACH = 25  # photos of a client, so that there are 100 in all
_DIFFERENT = 6


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    photos = [stage.photos.photo(MEDIUM, seed) for seed in range(_DIFFERENT)]
    stateless = ours_stateless(stage)
    turns = take_turns(
        "stateless",
        stage.rounds,
        lambda: _server(stateless, photos),
        lambda: _server(rembg(stage), photos),
        lambda: _server(ours(stage), photos),
        lambda: _command(stage, photos),
    )
    name = "pictures a second without a record"
    return [
        Figure(name, "/s", "rembg's server", pairs(turns, "rate"), at_least(2)),
        Figure(name, "/s", "our upload", pairs(turns, "rate", theirs=2), at_least(1.1)),
        Figure(
            *("pictures a second, infra.cutout", "/s", "our server without records"),
            *(pairs(turns, "rate", ours=3, theirs=0), at_least(1)),
        ),
    ]


def _server(contender: Contender, photos: list[bytes]) -> Measured:
    with contender.warm(photos[0]) as server:

        def client(number: int) -> None:
            with Connection(server.port) as connection:
                for photo in islice(cycle(photos), number, number + _EACH):
                    contender.remove(connection, photo)

        return {"rate": _CLIENTS * _EACH / at_once(client, range(_CLIENTS), _CLIENTS)}


def _command(stage: Stage, photos: list[bytes]) -> Measured:
    """Cut out the photos as files, the start of the command included."""
    given, made = stage.folder / "photos", stage.folder / "cut-outs"
    given.mkdir(exist_ok=True)
    for number, photo in enumerate(islice(cycle(photos), _CLIENTS * _EACH)):
        (given / f"{number}.jpg").write_bytes(photo)
    command = [sys.executable, "-m", "infra.cutout", str(given), "-o", str(made)]
    environ = stage.environ(LOCAL_MODEL="u2netp")
    begun = time.perf_counter()
    subprocess.run(command, env=environ, check=True, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    rate = len(list(made.iterdir())) / seconds
    shutil.rmtree(made)
    return {"rate": rate}
