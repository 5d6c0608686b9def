"""The storage goes away at any of an upload's objects and also refuses deletions, on both hosts."""

from itertools import product

import pytest

from tests.integration.failing.conftest import OnAll
from tests.integration.failing.stage import Stage
from tests.storage_gate import Fate
from tests.tiers import one_row_in


@pytest.mark.parametrize(("number", "fate"), one_row_in(6, product(range(3), [Fate.CUT, Fate.REFUSE])))
def test_objects_that_could_not_be_deleted_again_are_found_by_cleanup(
    on_all: OnAll, number: int, fate: Fate
) -> None:
    def act(stage: Stage) -> None:
        if not stage.has_bucket:
            return
        client = stage.guarantees.client()
        stage.storage.meet(range(number, 10**9), fate)
        answer = stage.guarantees.upload(client)
        assert answer is not None
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert client.list()["used"] == 0
        assert len(stage.guarantees.objects_of(str(client.session.headers["X-Test-User"]))) == number
        stage.storage.reset()
        stage.guarantees.check()

    on_all(act)
