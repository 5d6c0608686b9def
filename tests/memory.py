"""python -m tests.memory: the memory of the functions that work on pictures, by size and number at once.

Each function is started as on Google Cloud, with the bucket's emulator beside it. It counts what Cloud Run
counts: the memory of every process of the function, shared pages once, and its files in the temporary folder.
"""

import argparse
import contextlib
import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from urllib3 import encode_multipart_formdata

from tests.bench.client import Answer, Connection, at_once
from tests.bench.functions import MAIN, function
from tests.bench.photos import MEDIUM, Photos
from tests.bench.servers import Server
from tests.bench.stage import Stage, as_user, provided_by, running
from tests.bucket_ids import share_id
from tests.gcs import GcsEmulator
from tests.objectcut import KEY
from tests.photos import decoded, encoded
from tests.ports import free_port

SIZES = {12: (4000, 3000), 50: (8160, 6120)}  # megapixels
_SAMPLE_SECONDS = 0.02

Call = Callable[[Connection, int], Answer]


class Peak:
    """The most memory that a server uses while this is entered."""

    def __init__(self, server: Server, temporary: Path) -> None:
        self._server, self._temporary = server, temporary
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch)
        self.megabytes = 0.0

    def __enter__(self) -> "Peak":
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            with contextlib.suppress(psutil.Error, OSError):
                self.megabytes = max(self.megabytes, self._now())

    def _now(self) -> float:
        processes = sum(process.memory_full_info().pss for process in self._server.processes())
        files = sum(path.stat().st_size for path in self._temporary.rglob("*") if path.is_file())
        return float(processes + files) / 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each size and number at once."""
    parser = argparse.ArgumentParser(prog="python -m tests.memory", description=__doc__)
    parser.add_argument("target", choices=["upload", "removebg", "matte"])
    parser.add_argument("--remover", choices=["rapidapi", "local"], default="rapidapi")
    parser.add_argument("--model", default="u2netp")
    parser.add_argument("--megapixels", type=int, nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--at-once", metavar="N", type=int, nargs="+", default=[1, 2, 10])
    parser.add_argument("--concurrency", type=int, default=10, help="as Terraform sets it (%(default)s)")
    parser.add_argument("--megapixels-at-once", type=int, default=100)
    options = parser.parse_args(arguments)
    with running(Photos(), 1, is_quick=False) as stage, GcsEmulator() as gcs, _provider() as provider:
        bucket = gcs.create_bucket("images")
        share_id(gcs.bucket(bucket), stage.uri, "bench")
        environ = {
            "IMAGE_BUCKET": bucket,
            "STORAGE_EMULATOR_HOST": gcs.url,
            "USER_LIMIT": "1000",
            "API_KEYS": "off",
            "THREADS": str(options.concurrency),
            "UPLOADS_AT_ONCE": str(options.concurrency),
            "MEGAPIXELS_AT_ONCE": str(options.megapixels_at_once),
        }
        if options.remover == "rapidapi":
            environ |= {**provided_by(provider), "X_RAPID_API_KEY": KEY}
        else:
            environ |= {"LOCAL_MODEL": options.model, "LOCAL_MODEL_PATH": ".data/models"}
        for megapixels, number in itertools.product(options.megapixels, options.at_once):
            _measure(stage, environ, options.target, megapixels, SIZES[megapixels], number)
    return 0


def _measure(
    stage: Stage,
    environ: dict[str, str],
    target: str,
    megapixels: int,
    size: tuple[int, int],
    number: int,
) -> None:
    temporary = stage.folder / f"tmp-{megapixels}-{number}"
    temporary.mkdir()
    settings = {**environ, "TMPDIR": str(temporary)}
    photos = [_photo(stage, size)]
    call = _CALLS[target](stage, settings, photos, number)
    with function(stage, MAIN, target, **settings) as server:
        idle = sum(process.memory_full_info().pss for process in server.processes()) / 1e6
        answers: list[Answer] = []

        def client(which: int) -> None:
            with Connection(server.port) as connection:
                answers.append(call(connection, which))

        begun = time.monotonic()
        with Peak(server, temporary) as peak:
            at_once(client, range(number), number)
        seconds = time.monotonic() - begun
        statuses = {
            status: [a.status for a in answers].count(status) for status in {a.status for a in answers}
        }
        print(
            f"{target} {megapixels} MP ({len(photos[0]) / 1e6:.1f} MB), {number} at once: "
            f"idle {idle:.0f} MB, peak {peak.megabytes:.0f} MB, {seconds:.1f} s, {statuses}",
            flush=True,
        )


def _photo(stage: Stage, size: tuple[int, int]) -> bytes:
    """Return a photo of this size, made small and enlarged, since it takes minutes to make a large one."""
    small = np.asarray(decoded(stage.photos.photo(MEDIUM)).resize(size), np.int16)
    grain = np.random.default_rng(0).integers(-6, 7, (size[1], size[0], 1), np.int16)
    picture = Image.fromarray((small + grain).clip(0, 255).astype(np.uint8))
    return encoded(picture, "JPEG", quality=90)


def _form(name: str, content: bytes, **fields: str) -> tuple[bytes, dict[str, str]]:
    body, kind = encode_multipart_formdata({name: ("photo.jpg", content, "image/jpeg"), **fields})
    return body, {"Content-Type": kind}


def _upload(stage: Stage, settings: dict[str, str], photos: list[bytes], number: int) -> Call:
    def call(connection: Connection, which: int) -> Answer:
        # A comment makes each file another, so that none is answered from an earlier one.
        content = photos[which % len(photos)] + str(time.time_ns()).encode()
        body, headers = _form("image", content)
        return connection.call("POST", "/", body, {**headers, **as_user(f"{which:032x}")})

    return call


def _removebg(stage: Stage, settings: dict[str, str], photos: list[bytes], number: int) -> Call:
    def call(connection: Connection, which: int) -> Answer:
        body, headers = _form("image_file", photos[which % len(photos)], size="50MP", format="png")
        return connection.call("POST", "/v1.0/removebg", body, {**headers, "X-Api-Key": "any"})

    return call


def _matte(stage: Stage, settings: dict[str, str], photos: list[bytes], number: int) -> Call:
    keep = _upload(stage, settings, photos, number)
    with function(stage, MAIN, "upload", **settings) as server, Connection(server.port) as connection:
        records = [json.loads(keep(connection, which).body)["record"] for which in range(number)]
    width, height = records[0]["width"], records[0]["height"]
    matte = encoded(Image.linear_gradient("L").resize((width, height)))

    def call(connection: Connection, which: int) -> Answer:
        headers = {"Content-Type": "image/png", "If-Match": '"1"', **as_user(f"{which:032x}")}
        return connection.call("PUT", f"/{records[which]['record_id']}", matte, headers)

    return call


_CALLS = {"upload": _upload, "removebg": _removebg, "matte": _matte}


@contextlib.contextmanager
def _provider() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.objectcut", "--port", str(port)])
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
