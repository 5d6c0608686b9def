"""The parameters of rembg's own server."""

import pytest

from common.domain.errors import BadRequest
from common.domain.options import CutoutOptions
from common.web.dialects.form import Form
from common.web.dialects.rembg import parse


@pytest.mark.parametrize(
    ("texts", "options"),
    [
        ({}, CutoutOptions(format="png")),
        ({"om": "true"}, CutoutOptions(format="png", alpha_only=True)),
        ({"om": "on"}, CutoutOptions(format="png", alpha_only=True)),
        ({"om": "No"}, CutoutOptions(format="png")),
        ({"om": "false", "bgc": "0,0,0,0"}, CutoutOptions(format="png")),
        ({"bgc": "255, 0, 0, 255"}, CutoutOptions(format="png", background=(255, 0, 0, 255))),
        ({"bgc": "#f00"}, CutoutOptions(format="png", background=(255, 0, 0, 255))),
        (
            {
                "model": "u2net",
                "a": "true",
                "af": "240",
                "ab": "10",
                "ae": "10",
                "ppm": "true",
                "extras": "{}",
            },
            CutoutOptions(format="png"),
        ),
    ],
)
def test_parameters(texts: dict[str, str], options: CutoutOptions) -> None:
    assert parse(Form(texts)) == options


@pytest.mark.parametrize("texts", [{"om": "perhaps"}, {"bgc": "1,2,3"}, {"bgc": "1,2,3,256"}, {"bgc": "x"}])
def test_mistakes_are_refused(texts: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        parse(Form(texts))
