"""The upload endpoint through every host."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Request
from werkzeug.test import create_environ

from common import bootstrap
from common.domain import errors
from list_images import list_images
from tests.fakes import FakeRecords, FakeRemover, parts, settings
from tests.host import form
from tests.photos import decoded
from tests.service import PICTURE, Service, problem
from upload import upload


def test_an_upload_is_answered_with_its_record(service: Service) -> None:
    response = service.call("POST", "/upload", **form(PICTURE, name="  My cat "))

    answer = response.get_json()
    record = answer.pop("record")
    assert (response.status_code, response.content_type) == (201, "application/json")
    assert answer == {"message": "Image generated successfully", "used": 1, "limit": 2}
    record_id = record["record_id"]
    assert response.headers["Location"] == record["processed_url"] == f"/api/image/{record_id}/processed?r=1"
    assert (record["image_name"], record["width"], record["height"]) == ("My cat", 64, 48)
    assert record["size"] == len(PICTURE)
    assert service.call("GET", "/list").get_json()["records"] == [record]


def removing(part: str) -> dict[str, Any]:
    """Return an upload with this to_remove."""
    sent = form(PICTURE)
    field = f'--edge\r\nContent-Disposition: form-data; name="to_remove"\r\n\r\n{part}\r\n'
    return {**sent, "data": field.encode() + sent["data"]}


def test_an_upload_removes_the_subject_if_it_is_asked_to(service: Service) -> None:
    corners = []
    for to_remove in ("background", "foreground"):
        record = service.call("POST", "/upload", **removing(to_remove)).get_json()["record"]
        path = record["processed_url"].removeprefix("/api")
        alpha = decoded(service.call("GET", path).data).getchannel("A")
        corners.append((alpha.getpixel((2, 24)), alpha.getpixel((61, 24))))
    assert corners == [(255, 0), (0, 255)]


def test_an_upload_cannot_remove_any_other_part(service: Service) -> None:
    assert problem(service.call("POST", "/upload", **removing("everything"))) == (400, "bad_request")
    assert service.names() == []


def test_only_an_upload_starts_loading_the_codec() -> None:
    begun: list[str] = []
    built = parts(FakeRecords(), FakeRemover(), settings())
    bootstrap.provide(replace(built, prepare=lambda: begun.append("upload")))

    list_images(Request(create_environ("/list")))
    upload(Request(create_environ("/upload", method="OPTIONS")))
    assert begun == []

    upload(Request(create_environ("/upload", method="POST")))
    assert begun == ["upload"]
    bootstrap.provide(None)


def test_an_upload_without_a_name_takes_its_files_stem(service: Service) -> None:
    service.call("POST", "/upload", **form(PICTURE, file_name="holiday.jpg"))

    assert service.names() == ["holiday"]


def test_a_form_of_too_many_parts_gets_its_own_message(service: Service) -> None:
    parts = b"".join(b'--edge\r\nContent-Disposition: form-data; name="p"\r\n\r\nx\r\n' for _ in range(1001))

    response = service.call("POST", "/upload", **{**form(PICTURE), "data": parts + b"--edge--"})

    assert problem(response) == (413, "image_too_large")
    assert "more than 1000 parts" in response.get_json()["detail"]


def test_a_form_with_a_text_that_is_too_long_gets_its_own_message(service: Service) -> None:
    response = service.call("POST", "/upload", **form(PICTURE, name="x" * 600_000))

    assert problem(response) == (413, "image_too_large")
    assert response.get_json()["detail"].startswith("In the form a text field has more than 500 kB, or ")


def test_a_form_that_is_too_large_gets_its_own_message(service: Service) -> None:
    response = service.call("POST", "/upload", **form(bytes(21 * 1024 * 1024)))

    assert problem(response) == (413, "image_too_large")
    assert response.get_json()["detail"] == "The form has more than 20 MB. Send a smaller picture."


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({}, 400, "bad_request"),
        (form(PICTURE, part="file"), 400, "bad_request"),
        (
            {"data": b"--edge\r\nbroken", "content_type": "multipart/form-data; boundary=edge"},
            400,
            "bad_request",
        ),
        ({"data": b"{}", "content_type": "application/json"}, 400, "bad_request"),
        (form(b""), 422, "unreadable_image"),
        (form(PICTURE[:200]), 422, "unreadable_image"),
        (form(b"hello"), 415, "unsupported_image"),
        (form(PICTURE, name="a\x07b"), 422, "invalid_name"),
        (form(bytes(20 * 1024 * 1024 + 1)), 413, "image_too_large"),
        (form(bytes(21 * 1024 * 1024)), 413, "image_too_large"),
    ],
    ids=[
        "nothing",
        "no image",
        "broken",
        "JSON",
        "empty",
        "cut off",
        "text",
        "name",
        "over 20 MB",
        "over 21 MB",
    ],
)
def test_an_upload_that_cannot_be_used_is_refused_and_keeps_nothing(
    service: Service, options: Mapping[str, Any], status: int, code: str
) -> None:
    assert problem(service.call("POST", "/upload", **options)) == (status, code)
    assert service.records.kept == {}


def test_an_upload_over_the_limit_is_refused(service: Service) -> None:
    service.upload()
    service.upload()

    response = service.call("POST", "/upload", **form(PICTURE))

    assert problem(response) == (409, "limit_reached")
    assert response.get_json()["detail"] == "Max limit reached. Please remove a record."


@pytest.mark.parametrize(
    ("error", "status", "code", "detail"),
    [
        (errors.RemoverFailed(), 502, "remover_failed", "Failed to generate the image"),
        (errors.RemoverTimeout(), 504, "remover_timeout", "Failed to generate the image"),
        (errors.RateLimited(retry_after=30), 429, "rate_limited", "Wait a little"),
        (ZeroDivisionError(), 500, "internal", "Something went wrong"),
    ],
)
def test_a_failing_remover_is_reported_and_frees_the_slot(
    service: Service, error: Exception, status: int, code: str, detail: str
) -> None:
    service.records.steps.failing["matte"] = error

    response = service.call("POST", "/upload", **form(PICTURE))

    assert problem(response) == (status, code)
    assert detail in response.get_json()["detail"]
    assert response.headers.get("Retry-After") == ("30" if status == 429 else None)
    assert service.call("GET", "/list").get_json()["used"] == 0


@pytest.mark.parametrize(("content", "code"), [(PICTURE, "image_generated"), (b"x", "unsupported_image")])
def test_a_browsers_plain_form_redirects_to_the_site(service: Service, content: bytes, code: str) -> None:
    response = service.call("POST", "/upload", headers={"Accept": "text/html,*/*;q=0.8"}, **form(content))

    assert (response.status_code, response.headers["Location"]) == (302, f"/?flash={code}#flash-{code}")
