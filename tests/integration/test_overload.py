"""More uploads than UPLOADS_AT_ONCE: the rest is refused at once, and other calls are answered."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests import objectcut_behaviours as behaviours
from tests.integration.client import Client
from tests.integration.hosts import Host, running_app
from tests.objectcut import ObjectCut
from tests.photos import photo

AT_ONCE, SENT = 3, 14


@pytest.fixture(scope="module")
def host(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    limits = {"UPLOADS_AT_ONCE": str(AT_ONCE), "MONGO_DB": "overload"}
    with running_app({**environ, **limits}, tmp_path_factory.mktemp("log") / "app.log") as running:
        yield running


@pytest.fixture
def crowd(host: Host, provider: ObjectCut) -> list[requests.Response]:
    """The answers to a crowd of users who upload at the same moment."""
    provider.always(behaviours.slowly(3))

    def send(number: int) -> requests.Response:
        return Client(host).upload(photo(50 + number, 40))

    with ThreadPoolExecutor(SENT) as threads:
        return list(threads.map(send, range(SENT)))


def test_overload_is_refused_with_retry_after(crowd: list[requests.Response]) -> None:
    refused = [answer for answer in crowd if answer.status_code == 503]
    assert len(refused) == SENT - AT_ONCE
    assert sum(answer.status_code == 201 for answer in crowd) == AT_ONCE
    for answer in refused:
        assert answer.json()["code"] == "overloaded"
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.elapsed.total_seconds() < 3  # before any upload was completed


def test_the_others_are_answered_meanwhile_and_places_are_free_again(host: Host, provider: ObjectCut) -> None:
    provider.always(behaviours.slowly(3))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        uploads = [threads.submit(Client(host).upload, photo(70 + each, 40)) for each in range(AT_ONCE)]
        while len(provider.calls) < AT_ONCE:
            time.sleep(0.01)
        for path in ("/api/health", "/api/list"):
            assert Client(host).call("GET", path).status_code == 200
        assert not any(upload.done() for upload in uploads)
        assert Client(host).upload().status_code == 503
        assert [upload.result(60).status_code for upload in uploads] == [201] * AT_ONCE
    assert Client(host).upload().status_code == 201
