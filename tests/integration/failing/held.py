"""Uploads that each wait at a different step, so that one disaster meets all of them."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import requests

from tests.integration.client import Client
from tests.integration.failing.guarantees import PATIENCE, picture
from tests.integration.failing.mongo_gate import Fate
from tests.integration.failing.stage import Stage

Arm = Callable[[Stage], threading.Event]


def _at(command: str, number: int, fate: Fate) -> Arm:
    return lambda stage: stage.mongo.meet(command, [number], fate).met


def _at_object(number: int) -> Arm:
    return lambda stage: stage.storage.stall(number, of=3)


# Each makes the next upload wait there, and returns an event that is set when it waits.
STEPS: Mapping[str, Arm] = {
    "before it looks for a slot": _at("find", 0, Fate.STALL),
    "before the claim arrives": _at("insert", 0, Fate.STALL),
    "before the claim is answered": _at("insert", 0, Fate.HOLD),
    "at the provider": Stage.keep_provider_waiting,
    "before the record is completed": _at("update", 0, Fate.STALL),
    "before that is answered": _at("update", 0, Fate.HOLD),
}
OBJECT_STEPS: Mapping[str, Arm] = {f"before object {number}": _at_object(number) for number in range(3)}


@dataclass(frozen=True)
class Held:
    """One upload that waits, or has waited."""

    step: str
    client: Client
    content: bytes
    answer: "Future[requests.Response | None]"

    def status(self) -> int:
        """Return the status of its answer, 0 for none."""
        answer = self.answer.result(PATIENCE * 2)
        return answer.status_code if answer is not None else 0


@contextlib.contextmanager
def held_everywhere(stage: Stage, *, keyed: bool = False) -> Iterator[list[Held]]:
    """Make one upload wait at each step, each by a new user; all are over when the block ends."""
    steps = {**STEPS, **(OBJECT_STEPS if stage.has_bucket else {})}
    with ThreadPoolExecutor(len(steps)) as pool:
        try:
            yield [_hold(stage, pool, step, arm, keyed=keyed) for step, arm in steps.items()]
        finally:
            stage.reset()


def _hold(stage: Stage, pool: ThreadPoolExecutor, step: str, arm: Arm, *, keyed: bool) -> Held:
    waits = arm(stage)
    client, content = stage.guarantees.client(), picture()
    headers = {"Idempotency-Key": f"key of {step}"} if keyed else {}
    answer = pool.submit(stage.guarantees.upload, client, content, headers=headers)
    assert waits.wait(PATIENCE), f"nothing came to wait {step}: {answer}"
    return Held(step, client, content, answer)
