"""Users that act at random, one thread each, until a violation or until told to stop."""

import threading
from collections.abc import Sequence
from random import Random

from tests.chaos.faults import Chronicle
from tests.chaos.person import Person
from tests.chaos.report import Tally
from tests.chaos.stage import Stage
from tests.chaos.uploads import Uploads
from tests.chaos.visits import Visits

_PAUSE = (0.02, 0.3)  # seconds between two actions


class User(threading.Thread):
    """One user."""

    def __init__(
        self, number: int, stage: Stage, chronicle: Chronicle, tally: Tally, seed: str, stop: threading.Event
    ) -> None:
        super().__init__(name=f"user {number}", daemon=True)
        self._rng, self._stopped = Random(f"{seed}/user/{number}"), stop
        self.person = Person(stage, chronicle, tally, self._rng, stop)
        self.visits = Visits(self.person, self._theirs)
        self.uploads = Uploads(self.person, number, self.visits.delete_one)
        self.others: Sequence[User] = ()
        self.broken: BaseException | None = None

    def run(self) -> None:
        """Act at random."""
        acts = {**self.uploads.acts(), **self.visits.acts()}
        try:
            while not self._stopped.wait(self._rng.uniform(*_PAUSE)):
                self._rng.choices(list(acts), list(acts.values()))[0]()
        except BaseException as error:  # noqa: BLE001 - the run reports it
            self.broken = error
            self._stopped.set()

    def _theirs(self) -> list[str]:
        return [i for other in self.others if other is not self for i in list(other.person.account.kept)]
