"""Answers of the database that get lost after it did what it was told, on every host.

An upload whose completion was applied is told as kept where the database can still be asked. Where it cannot,
its sender is told that it failed, and the record is taken back once the database is there again; but not
where the same sender, repeating the upload under its key, was told meanwhile that it is there.
"""

import time

import pytest
import requests

from tests import objectcut_behaviours as behaviours
from tests.integration.client import Client
from tests.integration.failing.conftest import OnAll
from tests.integration.failing.mongo_gate import Fate
from tests.integration.failing.promises import picture
from tests.integration.failing.stage import Stage

KEY = {"Idempotency-Key": "the key of one upload"}


def upload(stage: Stage, client: Client, content: bytes, **options: object) -> requests.Response:
    answer = stage.promises.upload(client, content, **options)
    assert answer is not None
    return answer


def repeat_one_whose_completion_is_not_answered(stage: Stage) -> Client:
    """Begin an upload and, while it waits to hear of its completion, repeat it; return who was told of it."""
    first, content = stage.promises.client(), picture()
    repeated = stage.promises.client(str(first.session.headers["X-Test-User"]))
    completed = stage.mongo.meet("update", range(1), Fate.HOLD)
    stage.background(lambda: stage.promises.upload(first, content, headers=KEY))
    assert completed.met.wait(60)
    assert upload(stage, repeated, content, headers=KEY).status_code == 201
    return repeated


def test_a_record_whose_completion_was_not_answered_is_gone_when_the_database_is_back(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        client, content = stage.promises.client(), picture()
        user_id = str(client.session.headers["X-Test-User"])
        stage.mongo.meet("update", [0], Fate.LOSE, then_gone=True)
        assert upload(stage, client, content).status_code == 503
        (ready,) = stage.promises.records_of(user_id)
        assert ready["status"] == "ready"
        stage.mongo.reset()
        stage.promises.check()
        assert client.list()["records"] == []
        assert stage.promises.objects_of(user_id) == set()

    on_all(act)


@pytest.mark.parametrize("times", [1, 2])
def test_a_release_that_was_not_answered_frees_the_slot(on_all: OnAll, times: int) -> None:
    def act(stage: Stage) -> None:
        client = stage.promises.client()
        stage.provider.always(behaviours.fails("001"))
        stage.mongo.meet("delete", range(times), Fate.LOSE)
        assert upload(stage, client, picture()).status_code == 502
        assert client.list()["used"] == 0
        stage.reset()
        stage.promises.check()

    on_all(act)


def test_a_release_that_never_arrived_is_repeated_until_it_does(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        client = stage.promises.client()
        stage.provider.always(behaviours.fails("001"))
        stage.mongo.meet("delete", range(3), Fate.CUT)
        assert upload(stage, client, picture()).status_code == 502
        deadline = time.monotonic() + 60
        while client.list()["used"]:  # and no cleanup has run
            assert time.monotonic() < deadline
            time.sleep(0.1)
        stage.reset()
        stage.promises.check()

    on_all(act)


def test_a_claim_that_was_not_answered_does_not_keep_its_sender_from_repeating(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        client, content = stage.promises.client(), picture()
        stage.mongo.meet("insert", range(2), Fate.LOSE)
        assert upload(stage, client, content, headers=KEY).status_code == 503
        stage.mongo.reset()
        assert upload(stage, client, content, headers=KEY).status_code == 201
        assert len(stage.provider.calls) == 1
        stage.promises.check()

    on_all(act)


def test_what_a_repeated_upload_was_told_to_be_there_is_not_taken_back(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        repeated = repeat_one_whose_completion_is_not_answered(stage)
        # The first is told nothing of its completion, nor of what it asks then: for it the upload has failed.
        stage.mongo.go()
        time.sleep(0.2)
        (answer,) = stage.finished()
        assert answer is not None
        assert answer.status_code == 503
        stage.mongo.reset()
        stage.promises.check()
        assert len(repeated.list()["records"]) == 1

    on_all(act)


def test_a_first_upload_that_hears_nothing_does_not_delete_what_its_repetition_was_told(
    on_all: OnAll,
) -> None:
    def act(stage: Stage) -> None:
        repeated = repeat_one_whose_completion_is_not_answered(stage)
        stage.mongo.go()
        stage.mongo.reset()
        stage.mongo.meet("update", [0], Fate.CUT)  # the driver's second try
        assert [answer.status_code for answer in stage.finished() if answer is not None] == [201]
        stage.promises.check()
        assert len(repeated.list()["records"]) == 1

    on_all(act)
