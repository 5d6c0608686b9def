"""The endpoint decorator: methods, paths, origins and errors."""

from collections.abc import Iterator

import pytest
from flask import Response

from common import bootstrap
from common.web.endpoint import Call, endpoint
from tests.host import at, body, serve, start, thing

SITE = "https://site.example"
FRIEND = "https://friend.example"
ALLOWED = "Authorization, Content-Type, Idempotency-Key, If-Match"
FOREIGN = [
    "https://evil.example",
    "null",
    "x",
    "http://[",
    f"{SITE}.evil.example",
    "http://site.example",
    f"{SITE}:444",
    "http://localhost.evil.example",
    "http://evil.example://localhost",
]


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    bootstrap.provide(None)


# Methods


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "TRACE", "BREW"])
def test_a_method_that_is_not_taken_is_refused_with_those_that_are(method: str) -> None:
    response = serve(thing).open("/thing/1", method=method)

    assert (response.status_code, response.get_json()["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, PUT, HEAD, OPTIONS"


def test_head_is_answered_as_get_without_the_body() -> None:
    got, head = serve(thing).get("/thing/1"), serve(thing).head("/thing/1")

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_head_is_refused_if_get_is() -> None:
    response = serve(body).head("/body")

    assert (response.status_code, response.headers["Allow"]) == (405, "POST, OPTIONS")


# Paths


@pytest.mark.parametrize(
    "path", ["/api/thing/7", "/thing/7", "/7", "/item/7", "/api/item/7", "/api/7", "/api/thing/7/"]
)
def test_the_api_prefix_and_the_functions_own_name_are_dropped_from_the_path(path: str) -> None:
    assert serve(thing).get(path).get_json()["path_params"] == ["7"]


@pytest.mark.parametrize(
    "path", ["/", "/thing", "/api/thing", "/thing/7/8", "/other/7", "/api/api/7", "/thing/thing/7"]
)
def test_a_path_with_too_much_or_too_little_is_not_found(path: str) -> None:
    response = serve(thing).get(path)

    assert (response.status_code, response.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/", "/start", "/api/start", "/api/start/"])
def test_a_function_without_arguments_answers_at_its_root(path: str) -> None:
    assert serve(start).get(path).status_code == 200


# Origins


def test_a_preflight_from_a_trusted_origin_gets_the_allowed_methods_and_headers() -> None:
    response = serve(thing, allowed_origins=(FRIEND,)).options("/thing/1", headers={"Origin": FRIEND})

    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["Allow"] == "GET, PUT, HEAD, OPTIONS"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, PUT, HEAD, OPTIONS"
    assert response.headers["Access-Control-Allow-Headers"] == ALLOWED
    assert response.headers["Access-Control-Max-Age"] == "3600"
    assert response.headers["Access-Control-Allow-Origin"] == FRIEND
    assert response.headers["Access-Control-Allow-Credentials"] == "true"


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_preflight_from_a_foreign_origin_gets_no_permission(origin: str) -> None:
    client = serve(thing, site_url=SITE, allowed_origins=(FRIEND,))

    response = client.options("/thing/1", headers={"Origin": origin})

    assert response.status_code == 204
    assert not [name for name in response.headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_may_change_nothing_and_read_nothing(origin: str) -> None:
    client = serve(thing, site_url=SITE, allowed_origins=(FRIEND,))

    changed = client.put("/thing/1", headers={"Origin": origin})
    read = client.get("/thing/1", headers={"Origin": origin})

    assert (changed.status_code, changed.get_json()["code"]) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in changed.headers
    assert read.status_code == 200  # a link may lead here, but no script of that page sees the answer
    assert "Access-Control-Allow-Origin" not in read.headers


@pytest.mark.parametrize(
    "origin", ["http://localhost", "https://localhost", SITE, FRIEND, "https://second.example:8443"]
)
def test_the_hosts_own_the_sites_and_listed_origins_may_make_changes(origin: str) -> None:
    client = serve(thing, site_url=f"{SITE}/app/", allowed_origins=(FRIEND, "https://second.example:8443"))

    response = client.put("/thing/1", headers={"Origin": origin})

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert response.headers["Access-Control-Expose-Headers"] == (
        "Content-Disposition, Content-Range, ETag, Location, Retry-After"
    )


def test_a_caller_without_an_origin_is_no_page_and_may_make_changes() -> None:
    assert serve(thing, site_url=SITE).put("/thing/1").status_code == 200


def test_an_answer_to_a_trusted_origin_is_readable_when_it_is_an_error_too() -> None:
    response = serve(thing, site_url=SITE).put("/thing", headers={"Origin": SITE})

    assert response.status_code == 404
    assert response.headers["Access-Control-Allow-Origin"] == SITE


@pytest.mark.parametrize(
    ("chosen", "vary"), [({}, None), ({"site_url": SITE}, "Origin"), ({"allowed_origins": (SITE,)}, "Origin")]
)
def test_answers_that_depend_on_the_origin_say_so(chosen: dict[str, object], vary: str | None) -> None:
    assert serve(thing, **chosen).get("/thing/1").headers.get("Vary") == vary


# Headers of every answer


@pytest.mark.parametrize("path", ["/thing/1", "/thing", "/broken"])
def test_every_answer_keeps_browsers_from_guessing_framing_and_caching(path: str) -> None:
    headers = serve(thing).get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_an_endpoints_cache_control_is_kept() -> None:
    @endpoint(at("/api/kept"))
    def kept(_: Call) -> Response:
        return Response("x", headers={"Cache-Control": "private"})

    assert serve(kept).get("/kept").headers["Cache-Control"] == "private"


# Failures


def test_an_unexpected_error_is_a_500_whose_trace_is_only_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @endpoint(at("/api/broken"))
    def broken(_: Call) -> Response:
        raise ZeroDivisionError("a secret of the code")

    response = serve(broken, site_url=SITE).get("/broken", headers={"Origin": SITE})

    assert (response.status_code, response.get_json()["detail"]) == (500, "Something went wrong")
    assert b"secret" not in response.data
    assert "Traceback" not in response.text
    assert response.headers["Access-Control-Allow-Origin"] == SITE
    assert "a secret of the code" in caplog.text


def test_parts_that_cannot_be_built_are_a_500_that_does_not_say_why(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve(thing)
    bootstrap.provide(None)
    monkeypatch.setattr(bootstrap, "_settings", None)

    response = client.get("/thing/1")

    assert (response.status_code, response.get_json()["code"]) == (500, "internal")
    assert "settings" not in response.text
    assert "a request came before the host had checked its settings" in caplog.text


def test_a_function_keeps_its_name_for_the_host() -> None:
    assert (thing.__name__, thing.__doc__) == (
        "thing",
        "Return the caller, the path parameters and the length of the body.",
    )
