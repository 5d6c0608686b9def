"""The database is cut off before, during and after each command of an upload, or slow, on every host."""

import time
from itertools import product

import pytest

from tests.integration.failing.conftest import OnAll
from tests.integration.failing.guarantees import PATIENCE, picture
from tests.integration.failing.mongo_gate import Fate
from tests.integration.failing.stage import Stage
from tests.tiers import one_in, one_row_in

# The commands of an upload in order, each with its number among those of its name. The service only looks for
# a duplicate if the user has one.
SLOTS, LEASE, DUPLICATE, COMPLETE = (("find", 0), ("insert", 0), ("find", 1), ("update", 0))
BROKEN = (Fate.CUT, Fate.HALF, Fate.LOSE)
BREAKS = list(product([SLOTS, LEASE, COMPLETE], BROKEN))
A_WHILE = 1.5  # seconds


def name_of(value: object) -> str:
    return value.name if isinstance(value, Fate) else "-".join(map(str, value))  # type: ignore[call-overload]


def upload(stage: Stage, expected: int) -> None:
    answer = stage.guarantees.upload(stage.guarantees.client())
    assert answer is not None
    assert answer.status_code == expected, answer.text


@pytest.mark.parametrize(("command", "fate"), one_row_in(4, BREAKS), ids=name_of)
def test_one_broken_connection_is_not_noticed(on_all: OnAll, command: tuple[str, int], fate: Fate) -> None:
    def act(stage: Stage) -> None:
        name, number = command
        rule = stage.mongo.meet(name, [number], fate)
        upload(stage, 201)
        assert rule.met.wait(PATIENCE)
        stage.guarantees.check()

    on_all(act)


@pytest.mark.parametrize("fate", one_in(3, *BROKEN), ids=name_of)
def test_a_connection_that_breaks_while_a_duplicate_is_read_is_not_noticed(on_all: OnAll, fate: Fate) -> None:
    def act(stage: Stage) -> None:
        client, content = stage.guarantees.client(), picture()
        first = stage.guarantees.upload(client, content)
        name, number = DUPLICATE
        rule = stage.mongo.meet(name, [number], fate)
        second = stage.guarantees.upload(client, content)
        assert rule.met.wait(PATIENCE)
        assert [answer.status_code for answer in (first, second) if answer is not None] == [201, 201]
        stage.guarantees.check()

    on_all(act)


@pytest.mark.parametrize(("command", "fate"), one_row_in(4, BREAKS), ids=name_of)
def test_a_connection_that_breaks_twice_refuses_or_keeps_and_nothing_between(
    on_all: OnAll, command: tuple[str, int], fate: Fate
) -> None:
    def act(stage: Stage) -> None:
        name, number = command
        stage.mongo.meet(name, [number, number + 1], fate)
        # The service finds that a completion was applied, although its answer was lost.
        upload(stage, 201 if (command, fate) == (COMPLETE, Fate.LOSE) else 503)
        stage.guarantees.check()

    on_all(act)


@pytest.mark.parametrize(
    ("command", "fate"),
    one_row_in(3, product([COMPLETE, SLOTS, LEASE], [Fate.PASS, Fate.LOSE])),
    ids=name_of,
)
def test_a_database_that_is_gone_after_a_command_is_waited_for(
    on_all: OnAll, command: tuple[str, int], fate: Fate
) -> None:
    def act(stage: Stage) -> None:
        name, number = command
        rule = stage.mongo.meet(name, [number], fate, then_gone=True)
        is_answered = fate is Fate.PASS and command == COMPLETE
        upload(stage, 201 if is_answered else 503)
        assert rule.met.wait(PATIENCE)
        time.sleep(A_WHILE)
        stage.mongo.reset()
        stage.guarantees.check()

    on_all(act)


def test_a_database_that_is_away_for_a_moment_refuses_nobody(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        came = stage.keep_provider_waiting()
        with_it_away = stage.guarantees.client()
        stage.mongo.meet("update", [0], Fate.STALL)
        stage.background(lambda: stage.guarantees.upload(with_it_away))
        assert came.wait(60)
        stage.mongo.go()
        stage.kept_waiting.set()
        time.sleep(0.3)
        stage.mongo.reset()
        assert [answer.status_code for answer in stage.finished() if answer is not None] == [201]
        stage.guarantees.check()

    on_all(act)


def test_a_slow_database_makes_uploads_slow_and_nothing_else(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        stage.mongo.delay = 0.3
        begun = time.monotonic()
        upload(stage, 201)
        assert time.monotonic() - begun > 3 * stage.mongo.delay
        stage.mongo.reset()
        stage.guarantees.check()

    on_all(act)
