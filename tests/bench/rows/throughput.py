"""Pictures per second with four clients, against rembg's server and the bare pipeline."""

import subprocess
import sys
from pathlib import Path

from tests.bench.alternation import Figure, Measured, at_least, pairs, take_turns
from tests.bench.client import Connection, at_once
from tests.bench.contenders import Contender, ours, rembg
from tests.bench.photos import MEDIUM
from tests.bench.stage import MODEL, Stage

CLIENTS = 4
_PHOTOS = 6
_THREADS = (1, 2, 4)


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    photos = [stage.photos.photo(MEDIUM, seed) for seed in range(_PHOTOS)]
    paths = _written(photos, stage.folder)
    threads = max(_THREADS, key=lambda number: _pipeline(stage, paths, number, 2)["rate"])
    turns = take_turns(
        "throughput",
        stage.rounds,
        lambda: _server(ours(stage), photos),
        lambda: _server(rembg(stage), photos),
        lambda: _pipeline(stage, paths, threads, CLIENTS),
    )
    alone = f"the bare pipeline, {threads} at once"
    return [
        Figure("pictures a second, 4 clients", "/s", "rembg's server", pairs(turns, "rate"), at_least(2)),
        Figure("pictures a second, 4 clients", "/s", alone, pairs(turns, "rate", theirs=2), at_least(0.85)),
    ]


def _server(contender: Contender, photos: list[bytes]) -> Measured:
    with contender.warm(photos[0]) as server:

        def client(number: int) -> None:
            with Connection(server.port) as connection:
                for photo in (
                    photos[number:] + photos[:number]
                ):  # so that clients do not all send the same picture
                    contender.remove(connection, photo)

        return {"rate": CLIENTS * len(photos) / at_once(client, range(CLIENTS), CLIENTS)}


def _pipeline(stage: Stage, paths: list[Path], threads: int, times: int) -> Measured:
    command = [sys.executable, "-m", "tests.bench.pipeline", *map(str, paths), "--model", str(MODEL)]
    command += ["--threads", str(threads), "--times", str(times)]
    printed = subprocess.run(command, env=stage.environ(), check=True, stdout=subprocess.PIPE, text=True)
    return {"rate": float(printed.stdout)}


def _written(photos: list[bytes], folder: Path) -> list[Path]:
    paths = [folder / f"{number}.jpg" for number in range(len(photos))]
    for path, photo in zip(paths, photos, strict=True):
        path.write_bytes(photo)
    return paths
