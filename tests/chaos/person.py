"""A caller: a user's identity and data, and the check of every answer."""

import threading
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

import requests

from tests.chaos.calls import Answer, Caller
from tests.chaos.faults import STORES, Chronicle
from tests.chaos.model import Account, Broken
from tests.chaos.report import Tally
from tests.chaos.stage import LIMIT, Stage


class Person:
    """One caller with a series of identities: it becomes a new user when the current one is stuck."""

    def __init__(
        self, stage: Stage, chronicle: Chronicle, tally: Tally, rng: Random, stop: threading.Event
    ) -> None:
        self.rng, self.tally = rng, tally
        self._stage, self._chronicle, self._stop = stage, chronicle, stop
        self._caller = Caller(stage.host)
        self.events: deque[str] = deque(maxlen=40)
        self.accounts: list[Account] = []
        self.become_somebody_new()

    @property
    def account(self) -> Account:
        """The data of the current identity."""
        return self.accounts[-1]

    def become_somebody_new(self) -> None:
        """Continue as a new user."""
        user_id = f"{self.rng.getrandbits(128):032x}"
        self.accounts.append(Account(user_id, self._stage.token(user_id), LIMIT))

    def call(self, what: str, method: str, path: str, **options: Any) -> Answer:
        """Make a call with the current identity; a failure must have a cause."""
        return self.call_as(self.account)(what, method, path, **options)

    def call_as(self, account: Account) -> Callable[..., Answer]:
        """Return a function that makes calls with the identity of that account."""

        def call(what: str, method: str, path: str, **options: Any) -> Answer:
            answer = self._caller.call(what, method, path, account.token, **options)
            self._hear(answer)
            return answer

        return call

    def hang_up(self, what: str, request: requests.Request) -> Answer:
        """Disconnect during a call, or after it without waiting for the answer."""
        share = self.rng.choice((0.1, 0.5, 0.99, 1, 1, 1))
        wait = self.rng.choice((0, 0.05, 0.3))
        answer = self._caller.hang_up(f"{what}, hung up", request, self.account.token, share, wait)
        self._hear(answer)
        return answer

    def is_faulty(self, answer: Answer) -> bool:
        """Tell whether a store or the host may have failed during this call."""
        return self._chronicle.explains(STORES, answer.begun, answer.ended)

    def is_excused(self, answer: Answer) -> bool:
        """Tell whether a store or the host failed during this call."""
        return self._chronicle.explains(STORES, answer.begun, answer.ended, aftermath=1)

    def _hear(self, answer: Answer) -> None:
        self.events.append(f"{answer.begun:.2f} {self.account.user_id[:6]} {answer}")
        self.tally.count(answer)
        if not answer.arrived and not answer.gave_up:
            self._stop.wait(0.5)  # the host is down
        if answer.status == 500:
            raise Broken("failure", f"{answer}")
        reasons = _reasons(answer)
        if reasons and not self._chronicle.explains(reasons, answer.begun, answer.ended):
            raise Broken("failure", f"without a fault of {' or '.join(reasons)}: {answer}")


def expect(answer: Answer, *statuses: int) -> None:
    """Raise Broken for any other answer, unless it is a failure that may have a cause."""
    if answer.status not in (None, 503, *statuses):
        raise Broken("failure", f"{answer}: {answer.content[:200]!r}")


def _reasons(answer: Answer) -> tuple[str, ...]:
    """Return the parts that explain this answer: one of them must have failed. Empty if it needs no cause."""
    if answer.status is None:
        return () if answer.gave_up else ("host",)
    if answer.status in (429, 502, 504):
        return ("provider", *STORES)
    return STORES if answer.body.get("code") == "unavailable" else ()
