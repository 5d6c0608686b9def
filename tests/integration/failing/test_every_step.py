"""One disaster meets uploads at every step, on every host with both stores."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.failing.conftest import OnAll
from tests.integration.failing.held import Held, held_everywhere
from tests.integration.failing.stage import Stage
from tests.integration.failing.start import Parts, running
from tests.tiers import extended


def statuses(uploads: list[Held]) -> dict[str, int]:
    return {upload.step: upload.status() for upload in uploads}


def test_uploads_whose_process_is_killed_leave_all_or_nothing(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        with held_everywhere(stage) as uploads:
            stage.kill()
        assert statuses(uploads) == dict.fromkeys(statuses(uploads), 0)
        stage.guarantees.check()

    on_all(act)


@pytest.mark.parametrize("keyed", [True, *extended(False)])
def test_uploads_that_lose_the_database_are_refused_and_leave_nothing(on_all: OnAll, keyed: bool) -> None:
    def act(stage: Stage) -> None:
        with held_everywhere(stage, keyed=keyed) as uploads:
            stage.mongo.go()
            stage.storage.reset()
            stage.kept_waiting.set()
            assert statuses(uploads) == dict.fromkeys(statuses(uploads), 503)
        stage.guarantees.check()

    on_all(act)


def test_uploads_that_lose_the_provider_and_the_storage_are_finished_or_refused(on_all: OnAll) -> None:
    def act(stage: Stage) -> None:
        with held_everywhere(stage) as uploads:
            stage.storage.go()
            stage.kept_waiting.set()
            stage.mongo.reset()
            assert set(statuses(uploads).values()) <= {201, 503}
            stage.reset()
        stage.guarantees.check()

    on_all(act)


@pytest.mark.extended
@pytest.mark.parametrize("years", [3, *extended(-3)])
def test_uploads_during_which_the_clock_jumps_are_finished(on_all: OnAll, years: int) -> None:
    def act(stage: Stage) -> None:
        with held_everywhere(stage) as uploads:
            stage.clock.write_text(str(years * 365 * 24 * 3600))
            stage.mongo.reset()
            stage.storage.reset()
            stage.kept_waiting.set()
            assert statuses(uploads) == dict.fromkeys(statuses(uploads), 201)
        stage.guarantees.check()

    on_all(act)


@pytest.mark.extended
def test_uploads_in_flight_are_finished_before_a_host_ends(parts: Parts) -> None:
    def act(name: str) -> None:
        with running(name, parts) as stage:
            with held_everywhere(stage) as uploads:
                stage.end()
                time.sleep(1)  # nobody tells when the signal has arrived; if it is later, nothing fails
                over = {upload.step: upload.status() for upload in uploads if upload.answer.done()}
                assert not over, stage.host.log.read_text()
                stage.reset()
                assert statuses(uploads) == dict.fromkeys(statuses(uploads), 201)
            assert {process.wait(40) for process in stage.processes.values()} == {0}
        with running(name, parts, again=stage) as next_one:
            next_one.guarantees.check()

    with ThreadPoolExecutor() as pool:
        list(pool.map(act, ["functions-bucket", "app-bucket"]))
