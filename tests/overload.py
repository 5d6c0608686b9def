"""python -m tests.overload: how quick health and list stay while uploads saturate the application.

Three times as many clients upload as the process takes on; prints the percentiles of the others' calls.
"""

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from infra.local.database import start_database
from tests.integration.client import Client
from tests.integration.hosts import Host, running_app
from tests.photos import photo
from tests.soak import environ

UPLOADERS = 36
_PAUSE = 0.05  # seconds between two calls of a caller that is not an upload


def measure(host: Host, seconds: float) -> tuple[Counter[int], dict[str, list[float]]]:
    """Return how uploads were answered, and the seconds that each other call took."""
    until = time.monotonic() + seconds
    answers: Counter[int] = Counter()
    times: dict[str, list[float]] = {"/api/health": [], "/api/list": []}

    def upload(number: int) -> None:
        client = Client(host)
        while time.monotonic() < until:
            response = client.upload(photo(1200, 800 + number, "JPEG"))
            answers[response.status_code] += 1
            if response.status_code == 201:
                client.call("DELETE", f"/api/delete/{response.json()['record']['record_id']}")

    def ask(path: str) -> None:
        client = Client(host)
        while time.monotonic() < until:
            began = time.perf_counter()
            assert client.call("GET", path).status_code == 200
            times[path].append(time.perf_counter() - began)
            time.sleep(_PAUSE)

    _together([*((upload, number) for number in range(UPLOADERS)), *((ask, path) for path in times)])
    return answers, times


def _together(work: list[tuple[Callable[..., None], object]]) -> None:
    threads = [threading.Thread(target=function, args=(argument,)) for function, argument in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of them lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server, uri = start_database(Path(folder))
        try:
            with running_app(environ(uri), Path(folder) / "log") as host:
                answers, times = measure(host, options.seconds)
        finally:
            server.stop()
    print("uploads:", ", ".join(f"{count} x {status}" for status, count in sorted(answers.items())))
    for path, taken in times.items():
        p50, p99 = (1000 * percentile(taken, share) for share in (0.5, 0.99))
        print(
            f"{path}: {len(taken)} calls, p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {1000 * max(taken):.0f} ms"
        )


if __name__ == "__main__":
    main()
