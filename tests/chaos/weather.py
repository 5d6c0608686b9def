"""Makes faults happen at random, one or two at a time, and checks that the service recovers."""

import contextlib
import threading
import time
from collections import deque
from random import Random

from tests.chaos.calls import Caller
from tests.chaos.faults import Chronicle, Fault, all_faults
from tests.chaos.model import Broken
from tests.chaos.stage import Stage

RECOVERY_SECONDS = 60.0
_CALLS = (("GET", "/api/health"), ("GET", "/api/list"))


class Weather:
    """Faults in sequence, from a seed."""

    def __init__(self, stage: Stage, chronicle: Chronicle, seed: str) -> None:
        self._stage, self._chronicle = stage, chronicle
        self._rng = Random(seed)
        self._faults = all_faults(stage, self._rng)
        self._caller = Caller(stage.host)
        self.now = "quiet"
        self.events: deque[str] = deque(maxlen=12)
        self.slowest_recovery = 0.0

    def blow(self, until: float, stop: threading.Event) -> None:
        """Make faults happen until that time of time.monotonic()."""
        while not stop.wait(self._calm()) and time.monotonic() < until:
            chosen = self._choose()
            self.now = " and ".join(f"{fault.part} {fault.name}" for fault in chosen)
            self.events.append(f"{time.monotonic():.2f} {self.now}")
            with contextlib.ExitStack() as happening:
                for fault in chosen:
                    happening.enter_context(self._chronicle.write(fault))
                    happening.enter_context(fault.happen())
                stop.wait(self._rng.uniform(0.1, 4))
            self.now = "recovering"
            self.events.append(f"{time.monotonic():.2f} over")
            self._wait_for_recovery(chosen)
            self.now = "quiet"
            self.events.append(f"{time.monotonic():.2f} quiet")

    def _calm(self) -> float:
        """Return the seconds until the next fault; some are long enough for everything to recover."""
        return self._rng.uniform(*((10, 15) if self._rng.random() < 0.12 else (0.3, 2)))

    def _choose(self) -> list[Fault]:
        """Return a fault of a random part, sometimes together with one of another part."""
        parts = sorted({fault.part for fault in self._faults})
        chosen = self._rng.sample(parts, 2 if self._rng.random() < 0.25 else 1)
        return [self._rng.choice([fault for fault in self._faults if fault.part == part]) for part in chosen]

    def _wait_for_recovery(self, after: list[Fault]) -> None:
        ended = time.monotonic()
        for fault in after:  # recovery counts from when everything answers
            with self._chronicle.write(
                Fault(fault.part, "recovering", contextlib.nullcontext), counted=False
            ):
                while not self._is_well():
                    if time.monotonic() - ended > RECOVERY_SECONDS:
                        raise Broken("down", f"nothing answers {RECOVERY_SECONDS:.0f} s after {after}")
                    time.sleep(0.1)
        self.slowest_recovery = max(self.slowest_recovery, time.monotonic() - ended)

    def _is_well(self) -> bool:
        token = self._stage.token("the weather")
        answers = (self._caller.call("probe", *call, token, patience=10) for call in _CALLS)
        return all(answer.status == 200 for answer in answers)
