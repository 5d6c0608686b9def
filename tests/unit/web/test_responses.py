"""The formats of responses."""

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from common.domain.models import ImageRecord
from common.web.responses import json_response, prefers_html, record_json, redirect_to_site
from tests.fakes import settings

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def test_json_is_compact_and_keeps_every_script() -> None:
    response = json_response({"name": "猫", "n": 1}, 201, Location="/here")

    assert response.data == '{"name":"猫","n":1}'.encode()
    assert (response.status_code, response.mimetype) == (201, "application/json")
    assert response.headers["Location"] == "/here"


def test_a_record_is_shown_with_the_addresses_of_its_images() -> None:
    record = ImageRecord("abc", "cat", "2026-03-01 12:00:00", "image/png", 4, 3, 99)

    assert record_json(record) == {
        "record_id": "abc",
        "image_name": "cat",
        "created_on": "2026-03-01 12:00:00",
        "width": 4,
        "height": 3,
        "size": 99,
        "revision": 1,
        "original_url": "/api/image/abc/original?r=1",
        "processed_url": "/api/image/abc/processed?r=1",
        "preview_url": "/api/image/abc/preview?r=1",
    }


def test_a_record_of_the_original_application_shows_that_its_size_is_unknown() -> None:
    shown = record_json(ImageRecord("abc", "cat", "2020-01-01 00:00:00"))

    assert (shown["width"], shown["height"], shown["size"]) == (None, None, None)


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("application/json", False),
        ("*/*", False),
        ("image/*", False),
        ("text/html;q=0.5, application/json", False),
        ("", False),
        (None, False),
    ],
)
def test_only_a_browser_that_shows_a_page_is_answered_with_one(accept: str | None, page: bool) -> None:
    headers = [] if accept is None else [("Accept", accept)]

    assert prefers_html(Request(EnvironBuilder(headers=headers).get_environ())) is page


@pytest.mark.parametrize(
    ("site_url", "location"),
    [
        ("", "/?flash=image_generated#flash-image_generated"),
        ("https://site.example", "https://site.example?flash=image_generated#flash-image_generated"),
        (
            "https://site.example/app/",
            "https://site.example/app/?flash=image_generated#flash-image_generated",
        ),
    ],
)
def test_a_browser_is_sent_back_to_the_site_with_a_code(site_url: str, location: str) -> None:
    response = redirect_to_site(settings(site_url=site_url), "image_generated")

    assert (response.status_code, response.headers["Location"]) == (302, location)
