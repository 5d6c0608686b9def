"""The endpoints for records, health and cleanup through every host."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from common.domain import errors
from common.domain.models import TimeWindow
from tests.fakes import START, UPLOAD
from tests.host import form
from tests.photos import decoded
from tests.service import PICTURE, UNKNOWN, Service, problem

# list


def test_a_list_is_newest_first_and_the_callers_own(service: Service) -> None:
    service.upload(name="first")
    service.upload(name="second")
    service.upload(user_id="you", name="theirs")

    answer = service.call("GET", "/list").get_json()

    assert (answer["user_id"], answer["used"], answer["limit"]) == ("me", 2, 2)
    assert [record["image_name"] for record in answer["records"]] == ["second", "first"]
    assert "original_image_base64" not in answer["records"][0]


def test_a_list_contains_images_on_request(service: Service) -> None:
    service.upload()

    [record] = service.call("GET", "/list?include=images").get_json()["records"]

    assert base64.b64decode(record["original_image_base64"]) == PICTURE
    assert decoded(base64.b64decode(record["processed_image_base64"])).mode == "RGBA"


def test_a_list_states_the_limits_and_the_retention(service: Service) -> None:
    listed = service.call("GET", "/list").get_json()

    limits = {name: listed[name] for name in ("limit", "retention_days", "max_upload_mb", "max_megapixels")}
    assert limits == {"limit": 2, "retention_days": 30, "max_upload_mb": 20, "max_megapixels": 50}


def test_a_new_caller_has_an_empty_list_and_a_cookie(service: Service) -> None:
    response = service.call("GET", "/list", headers={"Authorization": ""})

    assert response.get_json()["records"] == []
    assert response.headers["Set-Cookie"].startswith("user_id=")


# rename


def test_a_record_is_renamed(service: Service) -> None:
    record_id = service.upload()

    for body in ({"record_name": " 猫 "}, {"record_name": "猫", "record_id": record_id}):
        response = service.call("PUT", f"/rename/{record_id}", json=body)
        assert (response.status_code, response.get_json()) == (200, {"message": "success"})

    assert service.names() == ["猫"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"record_name": ""}, 422, "invalid_name"),
        ({"record_name": "x" * 101}, 422, "invalid_name"),
        ({"record_name": "a\nb"}, 422, "invalid_name"),
        ({"record_name": "\ud800"}, 422, "invalid_name"),
        ({"record_name": 7}, 422, "invalid_name"),
        ({"record_name": None}, 400, "bad_request"),
        ({}, 400, "bad_request"),
        ([], 400, "bad_request"),
        ({"record_name": "x", "record_id": UNKNOWN}, 400, "bad_request"),
    ],
)
def test_a_name_that_cannot_be_used_changes_nothing(
    service: Service, body: object, status: int, code: str
) -> None:
    record_id = service.upload()

    assert problem(service.call("PUT", f"/rename/{record_id}", json=body)) == (status, code)
    assert service.names() == ["cat"]


# delete


def test_deleting_a_record_again_succeeds(service: Service) -> None:
    record_id = service.upload()

    first, second = (service.call("DELETE", f"/delete/{record_id}") for _ in range(2))

    assert (first.status_code, first.get_json()) == (200, {"message": "success"})
    assert (second.status_code, second.get_json()) == (200, {"message": "success"})
    assert service.names() == []


@pytest.mark.parametrize("record_id", ["theirs", UNKNOWN, "x", "%00", "..%2f.."])
@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("PUT", "/rename/{}", {"json": {"record_name": "stolen"}}),
        ("DELETE", "/delete/{}", {}),
        ("GET", "/image/{}/original", {}),
        ("GET", "/image/{}/processed", {}),
        ("GET", "/image/{}/preview", {}),
    ],
)
def test_unknown_malformed_and_other_users_ids_are_not_found_alike(
    service: Service, method: str, path: str, options: Mapping[str, Any], record_id: str
) -> None:
    theirs = service.upload(user_id="you")

    response = service.call(method, path.format(theirs if record_id == "theirs" else record_id), **options)

    # A slash in an id makes another path, for which the application only has GET.
    assert problem(response) in ([(404, "not_found")] + [(405, "method_not_allowed")] * ("%2f" in record_id))
    assert service.names("you") == ["cat"]


# The list with images


def test_a_list_with_images_reads_them_one_by_one_while_it_is_sent(service: Service) -> None:
    for name in ("one", "two"):
        service.upload(name=name)
    plain = service.call("GET", "/list").get_json()
    service.records.steps.taken.clear()

    response = service.call("GET", "/list?include=images", buffered=False)
    at_first = service.records.steps.taken.count("read_fields")
    listed = json.loads(response.get_data())

    assert at_first == 1  # one image of the first record
    assert service.records.steps.taken.count("read_fields") == 4
    assert [record.pop("original_image_base64") for record in listed["records"]] == [
        base64.b64encode(PICTURE).decode()
    ] * 2
    assert all(record.pop("processed_image_base64") for record in listed["records"])
    assert listed == plain


def test_an_empty_list_with_images_is_an_empty_list(service: Service) -> None:
    assert service.call("GET", "/list?include=images").get_json() == service.call("GET", "/list").get_json()


def test_a_list_with_images_that_fails_at_once_is_an_error(service: Service) -> None:
    service.upload()
    service.records.steps.failing["read_fields"] = errors.Unavailable()

    assert problem(service.call("GET", "/list?include=images")) == (503, "unavailable")


# health and cleanup


def test_health_is_reported_without_an_account(service: Service) -> None:
    response = service.call("GET", "/health", headers={"Authorization": ""})

    assert (response.status_code, response.get_json()) == (200, {"status": "Healthy"})
    assert "Set-Cookie" not in response.headers


def test_health_without_a_database_is_503(service: Service) -> None:
    service.records.steps.failing["ping"] = errors.Unavailable()

    response = service.call("GET", "/health")

    assert (response.status_code, response.get_json()["status"]) == (503, "Unhealthy")


def _caused(error: errors.ApplicationError, cause: Exception, *notes: str) -> errors.ApplicationError:
    for note in notes:
        cause.add_note(note)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("step", "error", "status", "cause"),
    [
        (
            "acquire",
            _caused(errors.Unavailable(), OperationFailure("bad auth", 18), "AuthenticationFailed"),
            503,
            "Unavailable < OperationFailure (AuthenticationFailed)",
        ),
        (
            "complete",
            _caused(errors.Unavailable(), PermissionError("no"), "403 forbidden"),
            503,
            "Unavailable < PermissionError (403 forbidden)",
        ),
        (
            "matte",
            _caused(errors.RemoverFailed(), RuntimeError("a tensor")),
            502,
            "RemoverFailed < RuntimeError",
        ),
        ("matte", ZeroDivisionError("a bug"), 500, "ZeroDivisionError"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_the_line_of_a_request_names_the_cause_of_its_failure(
    service: Service,
    caplog: pytest.LogCaptureFixture,
    step: str,
    error: Exception,
    status: int,
    cause: str,
) -> None:
    service.records.steps.failing[step] = error

    assert service.call("POST", "/upload", **form(PICTURE)).status_code == status

    [line] = [record for record in caplog.records if record.name == "request"]
    assert vars(line)["fields"]["cause"] == cause


def test_the_line_of_an_unhealthy_answer_names_the_cause(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.records.steps.failing["ping"] = _caused(errors.Unavailable(), OSError(), "refused")

    service.call("GET", "/health")

    [line] = [record for record in caplog.records if record.name == "request"]
    assert vars(line)["fields"]["cause"] == "Unavailable < OSError (refused)"


def test_cleanup_returns_a_report(service: Service) -> None:
    service.upload()  # today, by the real clock
    service.records.keep("me", START - timedelta(days=400))
    service.records.acquire("you", UPLOAD, limit=9, now=START - timedelta(days=99), valid=TimeWindow(START))

    response = service.call("POST", "/cleanup")

    assert response.status_code == 200
    assert response.get_json() == {
        "deleted_records": 1,
        "released_claims": 1,
        "deleted_images": 0,
        "skipped_records": 0,
        "more": False,
    }
    assert service.names() == ["cat"]
