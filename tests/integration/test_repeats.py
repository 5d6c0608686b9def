"""A repeated upload, on every host: one record, one call of the provider, one result."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests import objectcut_behaviours as behaviours
from tests.integration.client import Client
from tests.integration.hosts import ONE_HOST
from tests.objectcut import ObjectCut
from tests.photos import photo

KEY = {"Idempotency-Key": "6f1c0b7e-0d5a-4a51-9c58-9b0f8d7f5a11"}
PICTURE = photo(70, 50)


@pytest.fixture
def provider(provider: ObjectCut) -> ObjectCut:
    """A slow provider, so that calls overlap."""
    provider.always(behaviours.slowly(0.5))
    return provider


def test_a_repeated_upload_gets_the_first_answer(client: Client, provider: ObjectCut) -> None:
    first = client.upload(PICTURE, headers=KEY)
    again = client.upload(PICTURE, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert client.list()["used"] == len(provider.calls) == 1


def test_an_upload_that_removes_another_part_is_no_repeat(client: Client, provider: ObjectCut) -> None:
    def upload(to_remove: str, **options: Any) -> requests.Response:
        files = {"image": ("a.png", PICTURE)}
        return client.call("POST", "/api/upload", files=files, data={"to_remove": to_remove}, **options)

    first, other, again = upload("background", headers=KEY), upload("foreground"), upload("foreground")
    assert [answer.status_code for answer in (first, other, again)] == [201, 201, 201]
    assert len(provider.calls) == 2
    cut_outs = [
        client.call("GET", answer.json()["record"]["processed_url"]).content
        for answer in (first, other, again)
    ]
    assert cut_outs[0] != cut_outs[1]
    assert cut_outs[1] == cut_outs[2]
    refused = upload("foreground", headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


def test_repeats_at_the_same_moment_are_one_upload(client: Client, provider: ObjectCut) -> None:
    token = {"Authorization": f"Bearer {client.token()}"}

    def send(_: int) -> requests.Response:
        return Client(client.host).upload(PICTURE, headers=KEY | token)

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(send, range(6)))
    done = [answer for answer in answers if answer.status_code == 201]
    running = [answer for answer in answers if answer.status_code == 409]
    assert len(done) + len(running) == 6
    assert done
    assert {answer.json()["code"] for answer in running} <= {"upload_in_progress"}
    assert {answer.text for answer in done} == {send(6).text}
    assert client.list()["used"] == len(provider.calls) == 1


@ONE_HOST
def test_a_repeat_of_a_running_upload_is_refused_at_once(client: Client, provider: ObjectCut) -> None:
    provider.always(behaviours.slowly(3))
    token = {"Authorization": f"Bearer {client.token()}"}

    def send() -> requests.Response:
        return Client(client.host).upload(PICTURE, headers=KEY | token)

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(send)
        while not provider.calls:
            time.sleep(0.01)
        begun = time.monotonic()
        refused = send()
        took = time.monotonic() - begun
        assert first.result().status_code == 201
    assert (refused.status_code, refused.json()["code"]) == (409, "upload_in_progress")
    assert int(refused.headers["Retry-After"]) >= 1
    assert took < 2
    assert send().json() == first.result().json()
    assert client.list()["used"] == len(provider.calls) == 1


def test_repeating_an_upload_returns_its_lost_answer(client: Client, provider: ObjectCut) -> None:
    token = {"Authorization": f"Bearer {client.token()}"}
    request = requests.Request(
        "POST", client.host.url("/api/upload"), headers=KEY | token, files={"image": ("p.png", PICTURE)}
    ).prepare()
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    address = urlsplit(client.host.url("/api/upload"))
    with socket.create_connection((address.hostname, address.port), 10) as gone:
        gone.sendall(f"POST /api/upload HTTP/1.1\r\nHost: here\r\n{head}\r\n".encode() + request.body)  # type: ignore[operator]
    answer = _repeated_until_done(client, KEY | token)
    assert answer.status_code == 201
    assert client.list()["records"] == [answer.json()["record"]]
    assert len(provider.calls) == 1


def _repeated_until_done(client: Client, headers: dict[str, str]) -> requests.Response:
    while (answer := client.upload(PICTURE, headers=headers)).status_code == 409:
        time.sleep(0.2)
    return answer


def test_another_picture_under_the_same_key_is_refused(client: Client, provider: ObjectCut) -> None:
    client.upload(PICTURE, headers=KEY)
    refused = client.upload(photo(71, 50), headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert client.list()["used"] == len(provider.calls) == 1


@pytest.mark.parametrize("key", ["k" * 256, "a\tb", "\u00e9"])
def test_a_key_that_is_none_is_refused(client: Client, key: str) -> None:
    refused = client.upload(PICTURE, headers={"Idempotency-Key": key.encode()})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert client.list()["used"] == 0


def test_the_same_picture_again_is_another_record_and_no_call_of_the_provider(
    client: Client, provider: ObjectCut
) -> None:
    first, second = client.keep(PICTURE, name="a"), client.keep(PICTURE, name="b")
    assert len(provider.calls) == 1
    images = [client.call("GET", record["processed_url"]).content for record in (first, second)]
    assert images[0] == images[1]
    client.call("DELETE", f"/api/delete/{first['record_id']}")
    assert client.call("GET", second["preview_url"]).status_code == 200


def test_rename_and_delete_repeated_answer_the_same(client: Client) -> None:
    record_id = client.keep()["record_id"]
    for _ in range(2):
        answer = client.call("PUT", f"/api/rename/{record_id}", json={"record_name": "again"})
        assert (answer.status_code, answer.json()) == (200, {"message": "success"})
    answers = [client.call("DELETE", f"/api/delete/{record_id}") for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"message": "success"})] * 2
    assert client.list()["used"] == 0
    assert Client(client.host).call("DELETE", f"/api/delete/{record_id}").status_code == 404
    assert client.call("PUT", f"/api/rename/{record_id}", json={"record_name": "no"}).status_code == 404
