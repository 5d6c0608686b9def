"""python -m tests.soak: many uploads through the local model, and the memory of the process.

Every upload is deleted again, so only the process could grow. Prints the figures; --plot draws the line.
"""

import argparse
import contextlib
import itertools
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import psutil

from infra.local import ROOT
from infra.local.database import start_database
from infra.local.processes import TUNING
from infra.models.files import fetch
from tests.integration.client import Client
from tests.integration.hosts import Host, running_app
from tests.photos import photo

CLIENTS = 4
SIZES = ((640, 480), (480, 640), (800, 600), (600, 600))
_SAMPLE_SECONDS = 1.0


class Memory:
    """Samples the resident memory of a host's processes within its block."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, float]] = []  # uploads so far, MB
        self.uploads = 0
        self._over = threading.Event()

    def watch(self, processes: list[psutil.Process]) -> None:
        """Sample until told to stop."""
        while not self._over.wait(_SAMPLE_SECONDS):
            used = sum(process.memory_info().rss for process in processes) / 1e6
            self.samples.append((self.uploads, used))

    def stop(self) -> None:
        """Take no more samples."""
        self._over.set()


@contextlib.contextmanager
def running_with_model() -> Iterator[Host]:
    """Run the application with the local model on a new embedded database."""
    with tempfile.TemporaryDirectory() as folder:
        server, uri = start_database(Path(folder))
        try:
            with running_app(_environ(uri), Path(folder) / "log") as host:
                yield host
        finally:
            server.stop()


def _environ(uri: str) -> dict[str, str]:
    [model] = fetch("u2netp", ROOT / ".data/models")
    return {
        "MONGO_URI": uri,
        "MONGO_DB": "soak",
        "APP_SECRET_KEY": "for-the-soak-alone-and-nothing-else",
        "REMOVER": "local",
        "LOCAL_MODEL_PATH": str(model),
        "LOG_LEVEL": "WARNING",
        **TUNING,
    }


def soak(host: Host, uploads: int) -> Memory:
    """Upload and delete this number of pictures, and return the memory over time."""
    memory = Memory()
    watcher = threading.Thread(target=memory.watch, args=(_processes(host),))
    watcher.start()
    numbers = iter(range(uploads))
    taking = threading.Lock()

    def work(_: int) -> None:
        client = Client(host)
        for number in _taken(numbers, taking):
            # All pictures differ, because a duplicate reuses the first one's cut-out.
            record = client.keep(photo(*SIZES[number % len(SIZES)], "JPEG", comment=str(number).encode()))
            client.call("DELETE", f"/api/delete/{record['record_id']}")
            memory.uploads += 1
            if memory.uploads % 50 == 0:
                print(f"{memory.uploads} of {uploads}", flush=True)

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(work, range(CLIENTS)))
    memory.stop()
    watcher.join()
    return memory


def _taken(numbers: Iterator[int], lock: threading.Lock) -> Iterator[int]:
    while True:
        with lock:
            number = next(numbers, None)
        if number is None:
            return
        yield number


def _processes(host: Host) -> list[psutil.Process]:
    """Return the host on that port and its child processes."""
    port = str(host.ports["upload"])
    children = psutil.Process(os.getpid()).children(recursive=True)
    hosts = [child for child in children if any(port in word for word in child.cmdline())]
    return list({*hosts, *(child for each in hosts for child in each.children(recursive=True))})


def thirds(memory: Memory) -> list[float]:
    """Return the median memory, in MB, of each third of the uploads."""
    most = memory.samples[-1][0]
    edges = [most * part / 3 for part in range(4)]
    return [
        median([used for uploads, used in memory.samples if low <= uploads <= high])
        for low, high in itertools.pairwise(edges)
    ]


def plot(memory: Memory, target: Path) -> None:
    """Draw the line."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 3), layout="constrained")
    axes.plot(*zip(*memory.samples, strict=True), linewidth=0.8)
    axes.set(xlabel="uploads", ylabel="resident memory, MB", ylim=(0, None))
    figure.savefig(target, dpi=110)


def main() -> None:
    """Run the soak and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--uploads", type=int, default=2000)
    parser.add_argument("--plot", type=Path, metavar="FILE")
    options = parser.parse_args()
    began = time.monotonic()
    with running_with_model() as host:
        memory = soak(host, options.uploads)
    seconds = time.monotonic() - began
    if options.plot:
        plot(memory, options.plot)
    low, middle, high = thirds(memory)
    print(f"{options.uploads} uploads in {seconds:.0f} s, {options.uploads / seconds:.2f} a second")
    print(f"median memory of each third: {low:.0f}, {middle:.0f}, {high:.0f} MB")
    print(f"peak: {max(used for _, used in memory.samples):.0f} MB")


if __name__ == "__main__":
    main()
