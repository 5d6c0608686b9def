"""Who calls: one user's identity, what it has, and the hearing that every answer gets."""

import threading
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

import requests

from tests.chaos.calls import Answer, Caller
from tests.chaos.faults import STORES, Chronicle
from tests.chaos.model import Broken, Shelf
from tests.chaos.report import Tally
from tests.chaos.stage import LIMIT, Stage


class Person:
    """One caller, under one identity after the other: who can do nothing any more starts anew."""

    def __init__(
        self, stage: Stage, chronicle: Chronicle, tally: Tally, rng: Random, stop: threading.Event
    ) -> None:
        self.rng, self.tally = rng, tally
        self._stage, self._chronicle, self._stop = stage, chronicle, stop
        self._caller = Caller(stage.host)
        self.events: deque[str] = deque(maxlen=40)
        self.shelves: list[Shelf] = []
        self.become_somebody_new()

    @property
    def shelf(self) -> Shelf:
        """What this person has now."""
        return self.shelves[-1]

    def become_somebody_new(self) -> None:
        """Go on as a new user."""
        user_id = f"{self.rng.getrandbits(128):032x}"
        self.shelves.append(Shelf(user_id, self._stage.token(user_id), LIMIT))

    def call(self, what: str, method: str, path: str, **options: Any) -> Answer:
        """Make a call as who this person is now; a failure must have its reason."""
        return self.call_as(self.shelf)(what, method, path, **options)

    def call_as(self, shelf: Shelf) -> Callable[..., Answer]:
        """Return what makes a call as who had that shelf."""

        def call(what: str, method: str, path: str, **options: Any) -> Answer:
            answer = self._caller.call(what, method, path, shelf.token, **options)
            self._hear(answer)
            return answer

        return call

    def hang_up(self, what: str, request: requests.Request) -> Answer:
        """Go away in the middle of a call, or behind it without waiting for the answer."""
        share = self.rng.choice((0.1, 0.5, 0.99, 1, 1, 1))
        wait = self.rng.choice((0, 0.05, 0.3))
        answer = self._caller.hang_up(f"{what}, hung up", request, self.shelf.token, share, wait)
        self._hear(answer)
        return answer

    def is_faulty(self, answer: Answer) -> bool:
        """Tell whether a store or the host may have failed during this call."""
        return self._chronicle.explains(STORES, answer.begun, answer.ended)

    def is_excused(self, answer: Answer) -> bool:
        """Tell whether a store or the host did fail during this call."""
        return self._chronicle.explains(STORES, answer.begun, answer.ended, aftermath=1)

    def _hear(self, answer: Answer) -> None:
        self.events.append(f"{answer.begun:.2f} {self.shelf.user_id[:6]} {answer}")
        self.tally.count(answer)
        if not answer.arrived and not answer.gave_up:
            self._stop.wait(0.5)  # the host is not there
        if answer.status == 500:
            raise Broken("failure", f"{answer}")
        reasons = _reasons(answer)
        if reasons and not self._chronicle.explains(reasons, answer.begun, answer.ended):
            raise Broken("failure", f"without a fault of {' or '.join(reasons)}: {answer}")


def expect(answer: Answer, *statuses: int) -> None:
    """Raise Broken where an answer is none of these, and no failure that may have its reason either."""
    if answer.status not in (None, 503, *statuses):
        raise Broken("failure", f"{answer}: {answer.content[:200]!r}")


def _reasons(answer: Answer) -> tuple[str, ...]:
    """Return the parts of which one must have failed for this answer, none where it needs no reason."""
    if answer.status is None:
        return () if answer.gave_up else ("host",)
    if answer.status in (429, 502, 504):
        return ("provider", *STORES)
    return STORES if answer.body.get("code") == "unavailable" else ()
