"""One host with its own proxies to database, storage and provider, which can all fail."""

import signal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import requests

from tests.integration.failing.guarantees import PATIENCE, Guarantees
from tests.integration.failing.mongo_gate import MongoGate
from tests.integration.failing.storage import StallingGate
from tests.integration.hosts import Host
from tests.objectcut import ObjectCut
from tests.objectcut_behaviours import Exchange, removes_the_background

Processes = dict[str, subprocess.Popen[bytes]]


@dataclass
class Stage:
    """A running host and its dependencies."""

    name: str
    host: Host
    mongo: MongoGate
    storage: StallingGate
    provider: ObjectCut
    guarantees: Guarantees
    clock: Path
    processes: Processes
    kept_waiting: threading.Event = field(default_factory=threading.Event)
    past: list[Guarantees] = field(default_factory=list)
    _begun: "list[Future[requests.Response | None]]" = field(default_factory=list)
    _pool: ThreadPoolExecutor = field(default_factory=ThreadPoolExecutor)

    def begin(self) -> None:
        """Begin with no guarantees; earlier ones are checked only at the end."""
        self.past.append(self.guarantees)
        self.guarantees = replace(self.guarantees, all_kept=[], all_refused=[], all_unanswered=[])

    def check_all(self) -> None:
        """Check everything that was ever kept."""
        for earlier in self.past:
            self.guarantees.take_over(earlier)
        self.guarantees.check_bytes()

    @property
    def has_bucket(self) -> bool:
        """Tell whether the images are in a bucket."""
        return self.guarantees.bucket is not None

    def reset(self) -> None:
        """Make every part work again."""
        self.mongo.reset()
        self.storage.reset()
        self.kept_waiting.set()
        self.provider.reset()
        self.clock.write_text("0")

    def keep_provider_waiting(self) -> threading.Event:
        """Make the provider's next call wait until the reset; the event tells that it has come."""
        came, self.kept_waiting = threading.Event(), threading.Event()
        let_go = self.kept_waiting

        def wait(exchange: Exchange) -> None:
            came.set()
            let_go.wait(PATIENCE)
            removes_the_background(exchange)

        self.provider.script(wait)
        return came

    def background(self, upload: Callable[[], requests.Response | None]) -> None:
        """Begin an upload without waiting for the answer."""
        self._begun.append(self._pool.submit(upload))

    def finished(self) -> list[requests.Response | None]:
        """Wait for the begun uploads, and return their answers."""
        begun, self._begun = self._begun, []
        return [each.result(2 * PATIENCE) for each in begun]

    def kill(self, endpoint: str = "upload") -> None:
        """Kill the process that works on these calls with -9; its parent starts another."""
        process = self.processes.get(endpoint, self.processes["upload"])
        (worker,) = psutil.Process(process.pid).children()
        worker.send_signal(signal.SIGKILL)
        psutil.wait_procs([worker], PATIENCE)

    def end(self) -> None:
        """Terminate the host."""
        for process in self.processes.values():
            process.terminate()
