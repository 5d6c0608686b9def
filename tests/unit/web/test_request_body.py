"""The endpoint decorator: bodies and forms."""

import gc
import io
from collections.abc import Iterator

import pytest
from flask import Response, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from common import bootstrap
from tests.host import body, form, serve, start, thing

MB = 1024 * 1024
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    bootstrap.provide(None)


class Sender:
    """A body that arrives as it is read, on gunicorn; counts the bytes that were read."""

    def __init__(self, size: int, *, breaks_off: bool = False) -> None:
        self.left = size
        self._breaks_off = breaks_off

    def read(self, most: int = -1) -> bytes:
        if self._breaks_off:
            raise ConnectionResetError
        taken = self.left if most < 0 else min(most, self.left)
        self.left -= taken
        return b"x" * taken

    def shutdown(self, _: int) -> None:
        """Close the reading side of the connection."""

    def settimeout(self, _: float | None) -> None:
        """Set the timeout of reads."""


def send(
    client: FlaskClient, path: str, sender: Sender, length: int | None, **environ: object
) -> TestResponse:
    known = {"HTTP_TRANSFER_ENCODING": "chunked"} if length is None else {"CONTENT_LENGTH": str(length)}
    overrides = {"wsgi.input": sender, "gunicorn.socket": sender, **known, **environ}
    return client.put(path, environ_overrides=overrides)


# Limits


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 200), (64 * 1024 + 1, 413)])
def test_a_body_without_a_picture_may_have_64_kb(size: int, status: int) -> None:
    response = serve(thing).put("/thing/1", data=b"x" * size)

    assert response.status_code == status
    if status == 413:
        assert response.get_json()["code"] == "image_too_large"


@pytest.mark.parametrize(("size", "status"), [(MB, 200), (MB + 64 * 1024, 413)])
def test_a_picture_may_have_the_megabytes_of_the_setting_and_its_form_a_little_more(
    size: int, status: int
) -> None:
    response = serve(start, max_upload_mb=1).post("/start", **form(bytes(size)))

    assert response.status_code == status
    if status == 200:
        assert response.get_json()["size"] == size


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # Werkzeug leaves its file open
@pytest.mark.parametrize(("size", "status"), [(60_000, 200), (70_000, 413)])
def test_a_picture_without_a_length_is_limited_while_it_is_read(size: int, status: int) -> None:
    sent = form(bytes(size))
    environ = {
        "wsgi.input": io.BytesIO(sent["data"]),
        "wsgi.input_terminated": True,
        "CONTENT_TYPE": sent["content_type"],
        "HTTP_TRANSFER_ENCODING": "chunked",
    }

    # A form may have 64 KB beside its picture; here the picture gets none, so nothing is written to disk.
    response = serve(start, max_upload_mb=0).post("/start", environ_overrides=environ)

    assert response.status_code == status
    gc.collect()


def test_memory_never_contains_more_than_the_limit_of_a_body_without_a_length() -> None:
    sender = Sender(MB)

    response = send(serve(thing), "/thing/1", sender, None, **{"wsgi.input_terminated": True})

    assert response.get_json()["size"] == 64 * 1024
    assert sender.left == 0


# The rest of a body


@pytest.mark.parametrize("path", ["/thing", "/thing/1"])
def test_a_refused_body_is_read_to_its_end(path: str) -> None:
    sender = Sender(MB)

    response = send(serve(thing), path, sender, MB)

    assert response.status_code in (404, 413)
    assert sender.left == 0


def test_a_refused_body_that_never_ends_is_not_read_for_ever() -> None:
    sender = Sender(200 * MB)

    response = send(serve(thing), "/thing/1", sender, 200 * MB)

    assert response.status_code == 413
    assert sender.left == 136 * MB


def test_a_body_that_nobody_reads_is_left_alone_on_a_server_that_has_all_of_it() -> None:
    sender = Sender(MB)

    response = send(serve(thing), "/thing", sender, MB, **{"gunicorn.socket": None})

    assert response.status_code == 404
    assert sender.left == MB


def test_a_sender_that_has_gone_is_no_failure() -> None:
    assert send(serve(thing), "/thing", Sender(9, breaks_off=True), 9).status_code == 404


def test_a_hosts_own_reading_after_the_answer_finds_nothing_and_fails_at_nothing() -> None:
    client = serve(thing)
    seen: list[bytes] = []

    @client.application.after_request
    def read_again(response: Response) -> Response:
        seen.append(request.get_data())
        return response

    assert send(client, "/thing/1", Sender(MB), MB).status_code == 413
    assert seen == [b""]


# JSON


def test_a_json_object_is_read_with_any_content_type() -> None:
    response = serve(body).post("/body", data='{"name": "猫"}', content_type="text/plain")

    assert response.get_json() == {"name": "猫"}


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'"text"', b"null", b"7", b"\xff\xfe", b"{'a': 1}"])
def test_a_body_that_is_no_json_object_is_a_bad_request(data: bytes) -> None:
    response = serve(body).post("/body", data=data, content_type="application/json")

    assert (response.status_code, response.get_json()["code"]) == (400, "bad_request")


# Forms of a browser


@pytest.mark.parametrize(
    ("headers", "size", "code"),
    [
        ({}, 2 * MB, "image_too_large"),
        ({"Origin": "https://evil.example"}, 1, "origin_not_allowed"),
    ],
)
def test_a_browsers_failed_form_redirects_to_the_site_with_the_code(
    headers: dict[str, str], size: int, code: str
) -> None:
    client = serve(start, max_upload_mb=1, site_url="https://site.example/")

    response = client.post("/start", headers={**headers, "Accept": BROWSER}, **form(bytes(size)))

    assert (response.status_code, response.data) == (302, b"")
    assert response.headers["Location"] == f"https://site.example/?flash={code}#flash-{code}"
    assert response.headers["Set-Cookie"]


def test_an_endpoint_without_forms_answers_browsers_with_the_problem() -> None:
    response = serve(thing).put("/thing", headers={"Accept": BROWSER})

    assert (response.status_code, response.content_type) == (404, "application/problem+json")


def test_a_body_is_not_read_past_its_end_on_a_server_that_would_wait_for_more() -> None:
    class Waiting(Sender):
        def read(self, most: int = -1) -> bytes:
            assert self.left > 0, "the server would hang here"
            return super().read(most)

    sender = Waiting(9)

    send(serve(thing), "/thing", sender, 9)

    assert sender.left == 0
