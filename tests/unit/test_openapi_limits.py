"""web/openapi.yaml has the limits, names and formats of the code."""

from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from common.domain.models import Variant
from common.domain.names import NAME_LENGTH
from common.imaging import preview
from common.imaging.formats import MEDIA_TYPES
from common.service.sessions import LIFETIME
from common.settings import SETTINGS
from common.storage.gcs.image import LARGEST_ANSWER
from common.timeouts import LINK_TTL
from tests.integration.openapi.contract import DOCUMENT
from upload import _KEY_LENGTH

SCHEMAS = DOCUMENT["components"]["schemas"]


def _holds(schema: Any, value: object) -> bool:
    return bool(Draft202012Validator(schema).is_valid(value))


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        ("USER_LIMIT", "limit"),
        ("RETENTION_DAYS", "retention_days"),
        ("MAX_UPLOAD_MB", "max_upload_mb"),
        ("MAX_MEGAPIXELS", "max_megapixels"),
    ],
)
def test_the_limits_of_the_settings_are_those_of_the_document(setting: str, field: str) -> None:
    schema = SCHEMAS["RecordList"]["properties"][field]
    bounds = schema["allOf"][0] if "allOf" in schema else schema
    least, most = bounds["minimum"], bounds["maximum"]

    assert [SETTINGS[setting].parse(str(value)) for value in (least, most)] == [least, most]
    for beyond in (least - 1, most + 1):
        with pytest.raises(ValueError):
            SETTINGS[setting].parse(str(beyond))


def test_names_and_keys_are_as_long_as_the_server_takes() -> None:
    name = SCHEMAS["NewName"]["properties"]["record_name"]
    picture_name = SCHEMAS["NewPicture"]["properties"]["name"]
    key = DOCUMENT["components"]["parameters"]["IdempotencyKey"]["schema"]

    assert name["maxLength"] == picture_name["maxLength"] == NAME_LENGTH
    assert key["maxLength"] == _KEY_LENGTH


@pytest.mark.parametrize("name", ["", " ", "\u00a0", "a\nb", "\0", "a\x7f", "\x85", "a\u2028", "n" * 101])
def test_a_name_that_the_server_refuses_is_not_in_the_document_either(name: str) -> None:
    assert not _holds(SCHEMAS["NewName"]["properties"]["record_name"], name)


@pytest.mark.parametrize("name", ["a", " a ", "猫 & dog", "n" * 100, "\u200b", "<b>"])
def test_a_name_that_the_server_takes_is_in_the_document(name: str) -> None:
    for schema in (
        SCHEMAS["NewName"]["properties"]["record_name"],
        SCHEMAS["NewPicture"]["properties"]["name"],
    ):
        assert _holds(schema, name)


def test_the_kinds_of_images_are_those_that_are_read_and_served() -> None:
    paths = DOCUMENT["paths"]
    image = paths["/api/image/{record_id}/{variant}"]
    body = paths["/api/upload"]["post"]["requestBody"]["content"]["multipart/form-data"]
    (variant,) = [each for each in image["parameters"] if each["name"] == "variant"]

    served = image["get"]["responses"]["200"]["content"]
    assert set(served) == {*MEDIA_TYPES, "application/octet-stream"}
    assert image["get"]["responses"]["206"]["content"] == served
    assert set(body["encoding"]["image"]["contentType"].split(", ")) == set(MEDIA_TYPES)
    assert variant["schema"]["enum"] == list(get_args(Variant))
    assert f"{preview.SIDE} pixels" in variant["description"]


def test_times_and_sizes_in_sentences_are_those_of_the_code() -> None:
    found = DOCUMENT["paths"]["/api/image/{record_id}/{variant}"]["get"]["responses"]["302"]["description"]
    cookie = DOCUMENT["components"]["headers"]["Cookie"]["example"]

    assert f"{LARGEST_ANSWER // 2**20} MiB" in found
    assert (LINK_TTL.total_seconds(), "five minutes" in found) == (300, True)
    assert f"Max-Age={LIFETIME.total_seconds():.0f};" in cookie
