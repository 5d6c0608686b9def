"""The ObjectCut adapter with a stand-in of the provider: the basics."""

import inspect
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.domain.errors import RemoverFailed
from common.observability.request_context import scope
from common.removers.rapidapi import RapidApiRemover
from tests import objectcut_behaviours as does
from tests.objectcut import KEY, ObjectCut
from tests.rapidapi import SIZE, error_of, picture, rapid_api, remover

pytestmark = pytest.mark.usefixtures("no_proxy", "unlogged_key")


def test_the_matte_has_the_pictures_size_and_shows_the_subject(provider: ObjectCut) -> None:
    matte = remover(provider).matte(picture())

    assert (matte.mode, matte.size) == ("L", SIZE)
    assert matte.tobytes() == does.ellipse(SIZE).tobytes()
    assert len(provider.calls) == 1


def test_the_default_times_are_the_providers() -> None:
    parameters = inspect.signature(RapidApiRemover).parameters

    defaults = {name: each.default for name, each in parameters.items() if name.endswith(("timeout", "wait"))}
    assert defaults == {
        "connect_timeout": 5,
        "read_timeout": 60,
        "total_timeout": 90,
        "rate_limit_wait": 1.1,
    }


def test_the_requests_that_are_left_are_noted(provider: ObjectCut) -> None:
    provider.always(does.succeeds(X_RateLimit_Requests_Remaining="41"))

    with scope() as notes:
        remover(provider).matte(picture())

    assert notes["requests_left"] == "41"


def test_an_unreachable_provider_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert isinstance(error_of(rapid_api(KEY, f"http://127.0.0.1:{port}", backoff=0)), RemoverFailed)


# Many pictures through one remover


def test_cookies_are_not_kept(provider: ObjectCut) -> None:
    provider.always(does.succeeds(Set_Cookie="visitor=1; Path=/"))
    asked = remover(provider)

    asked.matte(picture())
    asked.matte(picture())

    assert [call.headers.get("Cookie") for call in provider.calls] == [None, None]


def test_a_connection_serves_several_calls(provider: ObjectCut) -> None:
    asked = remover(provider)
    provider.script(does.succeeds(), does.fails("001"), does.refuses(503, "busy"))

    asked.matte(picture())
    error_of(asked)
    asked.matte(picture())

    assert len(provider.calls) == 4
    assert len({call.client for call in provider.calls}) == 1


def test_threads_share_one_remover(provider: ObjectCut, caplog: pytest.LogCaptureFixture) -> None:
    together = threading.Barrier(16)

    def answer_together(exchange: does.Exchange) -> None:
        together.wait(30)  # fails unless all 16 calls are in progress at once
        does.removes_the_background(exchange)

    provider.always(answer_together)
    asked = remover(provider)
    sizes = [(20 + number, 60 - number) for number in range(16)]

    with ThreadPoolExecutor(16) as threads:
        mattes = list(threads.map(lambda size: asked.matte(picture(size)), sizes))

    assert [each.tobytes() for each in mattes] == [does.ellipse(size).tobytes() for size in sizes]
    assert len(provider.calls) == 16
    assert "pool is full" not in caplog.text


def test_bound_facts_belong_to_their_request(provider: ObjectCut) -> None:
    with scope() as notes:
        remover(provider).matte(picture())

    assert notes["remover"] == "rapidapi"
    assert notes["correlation_id"]
