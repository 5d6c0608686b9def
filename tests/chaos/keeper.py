"""The maintenance of a chaos run: random cleanups, and the memory of the host."""

import threading
from random import Random

from tests.chaos.calls import Caller
from tests.chaos.faults import STORES, Chronicle
from tests.chaos.model import Broken
from tests.chaos.report import Tally
from tests.chaos.stage import Stage

_MEMORY = 600 << 20  # bytes of one process; eight uploads of these pictures take far less


class Keeper(threading.Thread):
    """Runs cleanup at random, which must not disturb running uploads."""

    def __init__(
        self, stage: Stage, chronicle: Chronicle, tally: Tally, seed: str, stop: threading.Event
    ) -> None:
        super().__init__(name="keeper", daemon=True)
        self._stage, self._chronicle, self._tally, self._stop_event = stage, chronicle, tally, stop
        self._rng = Random(seed)
        self._caller = Caller(stage.host)
        self.most_memory = 0
        self.broken: BaseException | None = None

    def run(self) -> None:
        """Run until told to stop."""
        try:
            while not self._stop_event.wait(1):
                self._watch()
                if self._rng.random() < 0.15:
                    self._clean_up()
        except BaseException as error:  # noqa: BLE001 - the run reports it
            self.broken = error
            self._stop_event.set()

    def _watch(self) -> None:
        self.most_memory = max(self.most_memory, self._stage.host.memory())
        if self.most_memory > _MEMORY:
            raise Broken("memory", f"a process takes {self.most_memory >> 20} MB")

    def _clean_up(self) -> None:
        answer = self._caller.call("cleanup", "POST", "/api/cleanup", self._stage.token("nobody"))
        self._tally.count(answer)
        if answer.status == 200:
            if answer.body["deleted_records"] or answer.body["deleted_images"]:
                raise Broken("lost", f"cleanup deleted what is new: {answer.body}")
        elif answer.status not in (None, 503) or not self._chronicle.explains(
            STORES, answer.begun, answer.ended
        ):
            raise Broken("failure", f"{answer}: {answer.content[:200]!r}")
