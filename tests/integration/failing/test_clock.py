"""Wrong clocks, and their effect on sessions, slots and ages."""

import pytest
import requests

from tests.integration.client import Client
from tests.integration.failing.conftest import OnAll
from tests.integration.failing.guarantees import LIMIT, picture
from tests.integration.failing.stage import Stage
from tests.tiers import extended, one_in

HOUR = 3600
YEAR = 365 * 24 * HOUR


@pytest.mark.parametrize("ahead", [HOUR, *extended(2, 3 * YEAR)])
def test_a_clock_that_was_ahead_makes_nobody_another_user(on_all: OnAll, ahead: int) -> None:
    def act(stage: Stage) -> None:
        stage.clock.write_text(str(ahead))
        client = Client(stage.host)  # that clock signs the user's cookie
        answer = client.upload(picture())
        stage.clock.write_text("0")
        assert answer.json()["record"] in client.list()["records"]
        stage.guarantees.check()

    on_all(act)


def test_a_clock_that_was_years_ahead_ends_no_session_that_is_not_told_so(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        client, content = stage.guarantees.client(), picture()
        stage.guarantees.upload(client, content)
        stage.clock.write_text(str(3 * YEAR))
        assert client.list()["records"] == []  # the token has expired by that clock
        stage.clock.write_text("0")
        assert len(client.list()["records"]) == 1
        stage.guarantees.check()

    on_all(act)


@pytest.mark.parametrize("ahead", one_in(4, -HOUR, -3 * YEAR, HOUR, 3 * YEAR))
def test_slots_that_died_under_a_wrong_clock_are_free_once_it_is_right(on_all: OnAll, ahead: int) -> None:
    def act(stage: Stage) -> None:
        client = stage.guarantees.client()
        stage.clock.write_text(str(ahead))
        for _ in range(LIMIT):
            came = stage.keep_provider_waiting()
            stage.background(lambda: stage.guarantees.upload(client, picture()))
            assert came.wait(60)
        stage.kill()
        assert stage.finished() == [None] * LIMIT
        stage.reset()
        stage.guarantees.works_again()
        answer = stage.guarantees.upload(client)  # and no cleanup has run
        assert answer is not None
        assert answer.status_code == 201, answer.text
        stage.guarantees.check()

    on_all(act)


def test_an_upload_whose_slot_a_clock_jump_released_fails(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        client, content = stage.guarantees.client(), picture()
        came = stage.keep_provider_waiting()
        stage.background(lambda: stage.guarantees.upload(client, content))
        assert came.wait(60)
        stage.clock.write_text(str(HOUR))
        second = stage.guarantees.upload(client)  # takes the first upload for one of a dead process
        assert second is not None
        assert second.status_code == 201
        stage.kept_waiting.set()
        answers: list[requests.Response | None] = stage.finished()
        assert [answer.status_code for answer in answers if answer is not None] == [504]
        stage.clock.write_text("0")
        stage.guarantees.check()

    on_all(act)


def test_records_within_the_retention_by_any_clock_are_kept(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        for days in (-29, 0, 300):
            stage.clock.write_text(str(days * 24 * HOUR))
            stage.guarantees.upload(stage.guarantees.client())
        stage.clock.write_text("0")
        report = stage.guarantees.service().retention.clean_up()
        assert report.deleted_records == 0
        stage.guarantees.check()

    on_all(act)
