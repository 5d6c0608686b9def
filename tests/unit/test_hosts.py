"""The hosts around their endpoints: methods, bodies, their own errors and their start."""

import pytest

from endpoints import ENDPOINTS
from tests.service import UNKNOWN, Service, functions_host, problem


@pytest.mark.parametrize(
    "function", ["upload", "list", "rename", "delete", "image", "matte", "health", "cleanup"]
)
def test_a_method_that_an_endpoint_does_not_take_is_refused(service: Service, function: str) -> None:
    path = {
        "rename": f"/rename/{UNKNOWN}",
        "matte": f"/matte/{UNKNOWN}",
        "delete": f"/delete/{UNKNOWN}",
        "image": f"/image/{UNKNOWN}/original",
    }

    response = service.call("PATCH", path.get(function, f"/{function}"))

    assert problem(response) == (405, "method_not_allowed")
    assert "OPTIONS" in response.headers["Allow"]


def test_a_large_refused_body_is_answered_by_every_host(service: Service) -> None:
    service.upload()
    body = b"x" * 300_000

    response = service.call("PUT", f"/rename/{UNKNOWN}", data=body, content_type="application/json")

    assert problem(response) == (413, "image_too_large")
    assert response.get_json()["detail"] == "The body has more than 64 KiB. Send a shorter one."


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("target", [endpoint.target for endpoint in ENDPOINTS.values()])
@pytest.mark.parametrize("path", ["/robots.txt", "/favicon.ico"])
def test_the_functions_hosts_own_answers_have_our_format(target: str, path: str) -> None:
    client = functions_host(target).test_client()

    assert problem(client.get(path)) == (404, "not_found")


def test_a_functions_host_without_its_settings_does_not_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNCTION_TARGET", "health")

    with pytest.raises(SystemExit) as ended:
        functions_host("health")

    assert ended.value.code == 3
    assert capsys.readouterr().err.startswith("MONGO_URI is not set")


@pytest.mark.usefixtures("environment")
def test_a_function_that_nobody_knows_is_refused_with_those_that_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        functions_host("list")

    assert ended.value.code == 3
    assert capsys.readouterr().err == (
        "FUNCTION_TARGET is 'list'; it should be one of"
        " upload, list_images, rename, delete, image, matte, removebg, health, cleanup\n"
    )
