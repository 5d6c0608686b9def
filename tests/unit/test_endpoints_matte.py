"""The matte endpoint through every host, and the revisions of images."""

import contextlib
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from common import bootstrap
from common.domain import errors
from tests.photos import decoded, encoded, photo
from tests.service import UNKNOWN, Service, problem

LEFT_THIRD = Image.new("L", (64, 48))
LEFT_THIRD.paste(255, (0, 0, 20, 48))


def put(service: Service, record_id: str, matte: bytes, revision: object = 1, **options: Any) -> TestResponse:
    headers = {} if revision is None else {"If-Match": f'"{revision}"'}
    return service.call("PUT", f"/matte/{record_id}", data=matte, headers=headers, **options)


def test_a_matte_makes_a_new_cut_out_of_the_kept_picture(service: Service) -> None:
    record_id = service.upload()
    original = service.call("GET", f"/image/{record_id}/original").data

    answer = put(service, record_id, encoded(LEFT_THIRD))

    assert (answer.status_code, answer.get_json()["message"]) == (200, "success")
    record = answer.get_json()["record"]
    assert (record["revision"], record["width"], record["height"]) == (2, 64, 48)
    assert record["processed_url"] == f"/api/image/{record_id}/processed?r=2"
    cut_out = decoded(service.call("GET", f"/image/{record_id}/processed?r=2").data)
    assert cut_out.getchannel("A").tobytes() == LEFT_THIRD.tobytes()
    preview = decoded(service.call("GET", f"/image/{record_id}/preview?r=2").data)
    assert preview.convert("RGBA").getpixel((40, 20))[3] == 0  # type: ignore[index]
    assert service.call("GET", f"/image/{record_id}/original?r=2").data == original
    [listed] = service.call("GET", "/list").get_json()["records"]
    assert listed == record


def test_only_the_latest_revision_is_found_and_each_has_its_etag(service: Service) -> None:
    record_id = service.upload()
    first = service.call("GET", f"/image/{record_id}/processed")
    put(service, record_id, encoded(LEFT_THIRD))

    second = service.call("GET", f"/image/{record_id}/processed")

    assert problem(service.call("GET", f"/image/{record_id}/processed?r=1")) == (404, "not_found")
    assert problem(service.call("GET", f"/image/{record_id}/processed?r=x")) == (404, "not_found")
    assert first.headers["ETag"] != second.headers["ETag"]
    assert second.headers["Cache-Control"] == "private, no-cache"
    has_first = {"If-None-Match": first.headers["ETag"]}
    has_second = {"If-None-Match": second.headers["ETag"]}
    assert service.call("GET", f"/image/{record_id}/processed", headers=has_first).status_code == 200
    assert service.call("GET", f"/image/{record_id}/processed", headers=has_second).status_code == 304
    gone = service.call("GET", f"/image/{record_id}/processed?r=1", headers=has_second)
    assert problem(gone) == (404, "not_found")


def test_a_stale_revision_changes_nothing(service: Service) -> None:
    record_id = service.upload()
    put(service, record_id, encoded(LEFT_THIRD))

    refused = put(service, record_id, encoded(Image.new("L", (64, 48), 255)), revision=1)

    assert problem(refused) == (412, "revision_changed")
    cut_out = decoded(service.call("GET", f"/image/{record_id}/processed").data)
    assert cut_out.getchannel("A").tobytes() == LEFT_THIRD.tobytes()
    assert put(service, record_id, encoded(Image.new("L", (64, 48), 255)), revision=2).status_code == 200


def test_the_loser_of_a_race_gets_an_error_and_leaves_nothing_behind(service: Service) -> None:
    record_id = service.upload()
    service.records.steps.failing["revise"] = errors.RevisionChanged()

    assert problem(put(service, record_id, encoded(LEFT_THIRD))) == (412, "revision_changed")
    service.records.steps.failing.clear()
    [record] = service.call("GET", "/list").get_json()["records"]
    assert record["revision"] == 1


@pytest.mark.parametrize(
    ("matte", "expected"),
    [
        (b"", (422, "unreadable_image")),
        (b"hello", (415, "unsupported_image")),
        (photo(64, 48, "JPEG"), (415, "unsupported_image")),
        (photo(64, 48), (422, "unreadable_image")),
        (encoded(Image.new("LA", (64, 48))), (422, "unreadable_image")),
        (encoded(Image.new("1", (64, 48))), (422, "unreadable_image")),
        (encoded(Image.new("L", (48, 64))), (422, "unreadable_image")),
        (encoded(LEFT_THIRD)[:-40], (422, "unreadable_image")),
        (bytes(20 * 2**20 + 1), (413, "image_too_large")),
    ],
    ids=["empty", "text", "jpeg", "colours", "alpha", "bits", "turned", "damaged", "large"],
)
def test_a_matte_that_is_none_is_refused_and_the_cut_out_stays(
    service: Service, matte: bytes, expected: tuple[int, str]
) -> None:
    record_id = service.upload()
    before = service.call("GET", f"/image/{record_id}/processed").data

    assert problem(put(service, record_id, matte)) == expected
    assert service.call("GET", f"/image/{record_id}/processed?r=1").data == before


def test_the_revision_must_be_named(service: Service) -> None:
    record_id = service.upload()

    assert problem(put(service, record_id, encoded(LEFT_THIRD), revision=None)) == (400, "bad_request")


def test_unknown_pictures_and_those_of_other_users_are_not_found_alike(service: Service) -> None:
    record_id = service.upload(user_id="you")

    for each in (UNKNOWN, "nonsense", record_id):
        assert problem(put(service, each, encoded(LEFT_THIRD))) == (404, "not_found")


def test_the_pictures_own_transparency_stays(service: Service) -> None:
    picture = Image.new("RGBA", (64, 48), "red")
    picture.paste((0, 0, 0, 0), (0, 0, 64, 10))
    record_id = service.upload(encoded(picture))

    put(service, record_id, encoded(LEFT_THIRD))

    alpha = decoded(service.call("GET", f"/image/{record_id}/processed").data).getchannel("A")
    assert (alpha.getpixel((5, 5)), alpha.getpixel((5, 20))) == (0, 255)


def test_a_picture_that_is_sent_again_gets_no_cut_out_that_somebody_has_changed(service: Service) -> None:
    record_id = service.upload()
    put(service, record_id, encoded(Image.new("L", (64, 48))))

    again = service.upload()

    alpha = decoded(service.call("GET", f"/image/{again}/processed").data).getchannel("A")
    assert alpha.getextrema() == (0, 255)


def test_a_matte_waits_for_no_place(service: Service) -> None:
    record_id = service.upload()
    limiter = bootstrap.parts().limiter

    with contextlib.ExitStack() as places:
        with contextlib.suppress(errors.Overloaded):
            while True:
                places.enter_context(limiter.acquire())
        refused = put(service, record_id, encoded(LEFT_THIRD))

    assert problem(refused) == (503, "overloaded")
    assert put(service, record_id, encoded(LEFT_THIRD)).status_code == 200
