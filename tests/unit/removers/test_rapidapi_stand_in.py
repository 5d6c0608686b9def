"""The stand-in refuses the same requests as the provider."""

import pytest
import requests

from tests import objectcut_behaviours as does
from tests.objectcut import KEY, ObjectCut
from tests.rapidapi import SIZE, error_of, picture, remover

pytestmark = pytest.mark.usefixtures("no_proxy", "unlogged_key")


@pytest.mark.parametrize(
    ("form", "error_id"),
    [
        ({}, "003"),
        ({"image_base64": "", "output_format": "base64"}, "003"),
        ({"image_base64": "x", "image_url": "https://example.com/a.jpg"}, "003"),
        ({"image_base64": "x", "to_remove": "everything"}, "003"),
        ({"image_url": "https://example.com/a.jpg", "output_format": "base64"}, "002"),
        ({"image_base64": "not base64", "output_format": "base64"}, "002"),
        ({"image_base64": "bm8gcGljdHVyZQ==", "output_format": "base64"}, "002"),
    ],
)
def test_the_stand_in_answers_a_bad_form_with_the_providers_error_id(
    provider: ObjectCut, form: dict[str, str], error_id: str
) -> None:
    headers = {"X-RapidAPI-Key": KEY, "X-RapidAPI-Host": provider.host.removeprefix("http://")}

    answer = requests.post(f"{provider.host}/remove", data=form, headers=headers, timeout=2)

    assert answer.status_code == 200
    assert (answer.json()["error"], answer.json()["error_id"]) == (True, error_id)


@pytest.mark.parametrize(
    ("path", "key", "host", "status"),
    [("/remove", "wrong", "", 401), ("/remove", KEY, "other.example.com", 404), ("/cut", KEY, "", 404)],
)
def test_the_stand_ins_gateway_refuses_strangers(
    provider: ObjectCut, path: str, key: str, host: str, status: int
) -> None:
    headers = {"X-RapidAPI-Key": key, "X-RapidAPI-Host": host or provider.host.removeprefix("http://")}

    answer = requests.post(f"{provider.host}{path}", headers=headers, timeout=2)

    assert answer.status_code == status
    assert "message" in answer.json()


def test_the_stand_in_forgets_when_it_is_reset(provider: ObjectCut) -> None:
    provider.always(does.refuses(500, "boom"))
    provider.script(does.fails("001"))
    error_of(remover(provider))

    provider.reset()

    assert provider.calls == []
    assert remover(provider).matte(picture()).size == SIZE
