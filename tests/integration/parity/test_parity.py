"""The functions, the application and the container's start command answer every call alike."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.client import Client
from tests.integration.hosts import running_app, running_container, running_functions
from tests.integration.parity.conversation import STEPS, Answer, Talk, hold
from tests.objectcut import ObjectCut
from tests.tiers import extended

HOSTS = {"functions": running_functions, "app": running_app, "container": running_container}
# Calls that must succeed, so that three failing hosts do not count as alike.
EXPECTED = {
    "health": 200,
    "upload": 201,
    "list": 200,
    "image, part": 206,
    "image, nobody's": 404,
    "rename": 200,
    "delete": 200,
    "removebg": 200,
    "removebg, as json": 200,
    "removebg, foe": 403,
    "account": 200,
    "rembg": 200,
    "withoutbg": 200,
}


@pytest.fixture(scope="module", params=["bucket", *extended("inline")])
def answers(
    request: pytest.FixtureRequest,
    environ: dict[str, str],
    stores: dict[str, dict[str, str]],
    running_provider: ObjectCut,
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, Mapping[str, Answer]]:
    """Each host's answers, with the images in the records or in a bucket."""
    logs: Path = tmp_path_factory.mktemp("parity")
    held = {}
    with ExitStack() as running:
        for name, run in HOSTS.items():
            chosen = {"MONGO_DB": f"parity_{name}_{request.param}", "API_KEYS": "off"}
            host = run({**environ, **stores[request.param], **chosen}, logs / f"{name}.log")
            client = Client(running.enter_context(host))
            client.token()
            held[name] = hold(Talk(client, running_provider))
    return held


@pytest.mark.parametrize("call", STEPS)
def test_every_host_answers_alike(answers: Mapping[str, Mapping[str, Answer]], call: str) -> None:
    functions, app, container = (answers[host][call] for host in HOSTS)

    assert functions == app
    assert container == app
    assert app.status == EXPECTED.get(call, app.status)
    assert app.status < 500 or call == "upload, provider fails"
