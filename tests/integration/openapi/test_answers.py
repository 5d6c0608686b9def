"""Both hosts return the answers of web/openapi.yaml, and no others."""

import base64
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from pymongo.collection import Collection

from tests.integration.client import Client
from tests.integration.hosts import Host
from tests.integration.openapi.calls import APPLICATIONS, BROWSER, CALLS, FOE, OUTAGE
from tests.integration.openapi.contract import Answer, check
from tests.integration.parity.conversation import STEPS, Talk
from tests.objectcut import ObjectCut
from tests.photos import photo
from tests.proxy import Proxy
from tests.tiers import extended

Documents = Collection[dict[str, Any]]

pytestmark = pytest.mark.parametrize("host", ["app-inline", *extended("functions-inline")], indirect=True)


def named(call: tuple[Answer, str]) -> str:
    answer, variety = call
    return " ".join(filter(None, (answer.operation, str(answer.status), answer.code, variety)))


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_each_answer_is_as_described(client: Client, provider: ObjectCut, call: tuple[Answer, str]) -> None:
    assert check(CALLS[call](client, provider)) == call[0]


@pytest.mark.parametrize("call", APPLICATIONS, ids=named)
def test_callers_on_other_machines_cannot_clean_up(
    host: Host, client: Client, provider: ObjectCut, call: tuple[Answer, str]
) -> None:
    expected, _ = call
    if host.name == "functions":  # there the platform refuses other callers
        expected = Answer(expected.operation, 200 if expected.operation == "cleanup" else 204)

    assert check(APPLICATIONS[call](client, provider)) == expected


@pytest.mark.extended
def test_without_the_database_the_answers_are_as_described(host: Host, link: Proxy) -> None:
    client = Client(host)
    client.list()
    link.cut()
    try:
        with ThreadPoolExecutor() as pool:
            answers = list(pool.map(lambda call: client.call(call[0], call[1], **call[2]), OUTAGE.values()))
    finally:
        link.restore()

    assert [check(answer) for answer in answers] == list(OUTAGE)
    assert client.list()


def test_an_unexpected_error_is_as_described(client: Client, documents: Documents) -> None:
    broken = {"user_id": client.list()["user_id"], "image_name": "x", "created_on": "2026-01-01 00:00:00"}
    record_id = documents.insert_one({**broken, "original_image_base64": 5}).inserted_id

    images = check(client.call("GET", f"/api/image/{record_id}/original"))
    listed = check(client.call("GET", "/api/list?include=images"))

    assert (images, listed) == (Answer("image", 500, "internal"), Answer("list", 500, "internal"))


def test_records_of_the_original_application_are_as_described(client: Client, documents: Documents) -> None:
    def text(content: bytes) -> str:
        return base64.b64encode(content).decode()

    old = {
        "image_name": "two\nlines",
        "created_on": "2023-11-29 12:00:00",
        "user_id": client.list()["user_id"],
    }
    images = {"original_image_base64": text(b"no picture"), "processed_image_base64": text(b"damaged")}
    record_id = documents.insert_one({**old, **images}).inserted_id
    documents.insert_one({**old, "processed_image_base64": text(photo())})

    statuses = [
        check(client.call("GET", f"/api/image/{record_id}/{variant}")).status
        for variant in ("original", "processed", "preview")
    ]

    assert statuses == [200, 200, 404]
    assert check(client.call("GET", "/api/list?include=images")) == Answer("list", 200)


@pytest.mark.parametrize("token", ["", "forged", "a.b.c", "\u00e9", "x" * 4000])
def test_a_token_that_is_none_is_a_new_user(client: Client, token: str) -> None:
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"user_id={token}"}):
        encoded = {name: value.encode("latin-1") for name, value in headers.items()}
        response = requests.get(client.host.url("/api/list"), headers=encoded, timeout=60)

        assert check(response) == Answer("list", 200)
        assert response.headers["Set-Cookie"]


def test_the_whole_conversation_is_as_described(host: Host, provider: ObjectCut) -> None:
    client = Client(host)
    client.token()
    talk = Talk(client, provider)

    seen = {name: check(step(talk)) for name, step in STEPS.items()}

    assert len(seen) > 70
    assert {"nothing", "any other method"} < {answer.operation for answer in seen.values()}


def test_the_original_addresses_answer_as_described(host: Host, client: Client) -> None:
    record_id = client.keep()["record_id"]

    def call(name: str, method: str, path: str, **options: Any) -> tuple[str, int]:
        url = f"http://127.0.0.1:{host.ports[name]}{path}"
        response = client.session.request(method, url, timeout=60, allow_redirects=False, **options)
        return check(response)[:2]

    picture = {"image": ("a.png", photo())}
    assert call("upload", "POST", "/", files=picture) == ("upload", 201)
    assert call("upload", "POST", "/", files=picture, headers=BROWSER) == ("upload", 302)
    assert call("upload", "POST", "/", files=picture, headers=FOE) == ("upload", 403)
    assert call("rename", "PUT", f"/update/{record_id}", json={"record_name": "Kitten"}) == ("rename", 200)
    assert call("delete", "DELETE", f"/remove/{record_id}") == ("delete", 200)
    assert call("health", "GET", "/health") == ("health", 200)
