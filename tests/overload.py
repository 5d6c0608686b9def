"""python -m tests.overload: the times of health and list while uploads saturate the application.

Three times as many clients upload as the process accepts; prints the percentiles of the other calls.
"""

import argparse
import threading
import time
from collections import Counter
from collections.abc import Callable
from statistics import quantiles

from tests.integration.client import Client
from tests.integration.hosts import Host
from tests.photos import photo
from tests.soak import running_with_model

UPLOADERS = 36
_IMPATIENCE = 1.0  # seconds that a refused client waits; the server asked for five
_PAUSE = 0.05  # seconds between two calls of a caller that does not upload


def measure(host: Host, seconds: float) -> tuple[Counter[int], dict[str, list[float]]]:
    """Return the answers to uploads, and the seconds of each other call."""
    until = time.monotonic() + seconds
    answers: Counter[int] = Counter()
    times: dict[str, list[float]] = {"/api/health": [], "/api/list": []}

    def upload(number: int) -> None:
        client = Client(host)
        picture = photo(1200, 800 + number, "JPEG")
        while time.monotonic() < until:
            response = client.upload(picture)
            answers[response.status_code] += 1
            if response.status_code == 201:
                client.call("DELETE", f"/api/delete/{response.json()['record']['record_id']}")
            else:
                time.sleep(_IMPATIENCE)

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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with running_with_model() as host:
        answers, times = measure(host, options.seconds)
    print("uploads:", ", ".join(f"{count} x {status}" for status, count in sorted(answers.items())))
    for path, taken in times.items():
        percentiles = quantiles(taken, n=100, method="inclusive")
        p50, p99 = (1000 * percentiles[percent - 1] for percent in (50, 99))
        print(
            f"{path}: {len(taken)} calls, p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {1000 * max(taken):.0f} ms"
        )


if __name__ == "__main__":
    main()
