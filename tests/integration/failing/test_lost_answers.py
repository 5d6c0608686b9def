"""The database applies commands, but its answers are lost, on every host.

If the completion of an upload was applied and the database still answers, the upload gets 201. Otherwise the
sender is told that the picture may have been kept.
"""

import pytest
import requests

from tests import objectcut_behaviours as behaviours
from tests.integration.client import Client
from tests.integration.failing.conftest import OnAll
from tests.integration.failing.guarantees import picture
from tests.integration.failing.mongo_gate import Fate
from tests.integration.failing.stage import Stage

KEY = {"Idempotency-Key": "the key of one upload"}


def upload(stage: Stage, client: Client, content: bytes, **options: object) -> requests.Response:
    answer = stage.guarantees.upload(client, content, **options)
    assert answer is not None
    return answer


def repeat_one_whose_completion_is_not_answered(stage: Stage) -> Client:
    """Start an upload, and repeat it while the first one waits for the answer to its completion."""
    first, content = stage.guarantees.client(), picture()
    repeated = stage.guarantees.client(str(first.session.headers["X-Test-User"]))
    completed = stage.mongo.meet("update", range(1), Fate.HOLD)
    stage.background(lambda: stage.guarantees.upload(first, content, headers=KEY))
    assert completed.met.wait(60)
    assert upload(stage, repeated, content, headers=KEY).status_code == 201
    return repeated


def test_a_record_is_kept_if_only_the_answer_to_its_completion_was_lost_and_its_sender_is_reported(
    on_all: OnAll,
) -> None:
    def act(stage: Stage) -> None:
        client, content = stage.guarantees.client(), picture()
        stage.mongo.meet("update", [0], Fate.LOSE, then_gone=True)
        answer = upload(stage, client, content)
        assert answer.status_code == 503
        assert "may have been kept" in answer.json()["detail"]
        stage.mongo.reset()
        stage.guarantees.check()
        assert len(client.list()["records"]) == 1

    on_all(act)


@pytest.mark.parametrize("times", [1, 2])
def test_a_release_that_was_not_answered_frees_the_slot(on_all: OnAll, times: int) -> None:
    def act(stage: Stage) -> None:
        client = stage.guarantees.client()
        stage.provider.always(behaviours.fails("001"))
        stage.mongo.meet("delete", range(times), Fate.LOSE)
        assert upload(stage, client, picture()).status_code == 502
        assert client.list()["used"] == 0
        stage.reset()
        stage.guarantees.check()

    on_all(act)


def test_a_release_that_never_arrived_is_left_to_cleanup(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        client = stage.guarantees.client()
        stage.provider.always(behaviours.fails("001"))
        stage.mongo.meet("delete", range(2), Fate.CUT)
        assert upload(stage, client, picture()).status_code == 502
        assert client.list()["used"] == 1
        stage.reset()
        stage.guarantees.check()
        assert client.list()["used"] == 0

    on_all(act)


def test_an_upload_can_be_repeated_at_once_if_the_answer_to_its_lease_was_lost(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        client, content = stage.guarantees.client(), picture()
        stage.mongo.meet("insert", range(2), Fate.LOSE)
        assert upload(stage, client, content, headers=KEY).status_code == 503
        stage.mongo.reset()
        assert upload(stage, client, content, headers=KEY).status_code == 201
        assert len(stage.provider.calls) == 1
        stage.guarantees.check()

    on_all(act)


@pytest.mark.extended
def test_a_record_that_a_repeat_was_told_of_is_not_rolled_back(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        repeated = repeat_one_whose_completion_is_not_answered(stage)
        # The first one gets neither the answer to its completion nor to its query after that.
        stage.mongo.go()
        (answer,) = stage.finished()
        assert answer is not None
        assert answer.status_code == 503
        stage.mongo.reset()
        stage.guarantees.check()
        assert len(repeated.list()["records"]) == 1

    on_all(act)


def test_a_first_upload_that_hears_nothing_does_not_delete_the_record_of_its_repeat(
    on_all: OnAll,
) -> None:
    def act(stage: Stage) -> None:
        repeated = repeat_one_whose_completion_is_not_answered(stage)
        stage.mongo.go()
        stage.mongo.reset()
        stage.mongo.meet("update", [0], Fate.CUT)  # the driver's second attempt
        assert [answer.status_code for answer in stage.finished() if answer is not None] == [201]
        stage.guarantees.check()
        assert len(repeated.list()["records"]) == 1

    on_all(act)
