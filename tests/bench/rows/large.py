"""One 12-megapixel photo, and the memory of four at once, against rembg's server."""

from statistics import median

from tests.bench.alternation import Figure, Measured, at_most, pairs, take_turns
from tests.bench.client import Connection, at_once
from tests.bench.contenders import Contender, ours, rembg
from tests.bench.photos import LARGE
from tests.bench.stage import Stage

_TIMES = 3
_CLIENTS = 4
_EACH = 2


def measure_time(stage: Stage) -> list[Figure]:
    """Return the seconds of a single upload."""
    photo = stage.photos.photo(LARGE)
    turns = take_turns(
        "time for 12 MP", stage.rounds, lambda: _time(ours(stage), photo), lambda: _time(rembg(stage), photo)
    )
    return [Figure("one 12 MP JPEG", "s", "rembg's server", pairs(turns, "seconds"), at_most(1 / 3))]


def _time(contender: Contender, photo: bytes) -> Measured:
    with contender.warm(photo) as server, Connection(server.port) as connection:
        return {"seconds": median(contender.remove(connection, photo).seconds for _ in range(_TIMES))}


def measure_memory(stage: Stage) -> list[Figure]:
    """Return the peak memory with four clients that send such photos."""
    photo = stage.photos.photo(LARGE)
    turns = take_turns(
        "memory", stage.rounds, lambda: _memory(ours(stage), photo), lambda: _memory(rembg(stage), photo)
    )
    figures = pairs(turns, "megabytes")
    return [Figure("peak memory, 4 clients, 12 MP", "MB", "rembg's server", figures, at_most(1 / 3))]


def _memory(contender: Contender, photo: bytes) -> Measured:
    with contender.warm(photo) as server:

        def client(_: int) -> None:
            with Connection(server.port) as connection:
                for _ in range(_EACH):
                    contender.remove(connection, photo)

        at_once(client, range(_CLIENTS), _CLIENTS)
        return {"megabytes": server.peak_bytes() / 1e6}
