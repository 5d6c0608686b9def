"""remove.bg's parameters as options."""

import base64
from typing import Any

import pytest

from common.domain.options import CutoutOptions, Length
from common.web.dialects.form import Form
from common.web.dialects.removebg import RemoveBgError, parse

PICTURE = bytes(range(256))
FILE = {"image_file": PICTURE}


def options(**texts: str) -> CutoutOptions:
    return parse(Form(texts, FILE)).options


def test_a_picture_alone_is_cut_out_whole() -> None:
    call = parse(Form({}, FILE))

    assert call.image == PICTURE
    assert call.options == CutoutOptions()


def test_the_official_clients_placeholders_for_missing_values_are_ignored() -> None:
    names = (
        "roi",
        "crop",
        "crop_margin",
        "scale",
        "position",
        "bg_color",
        "bg_image_url",
        "channels",
        "type",
    )
    empty = dict.fromkeys(names, "") | {"add_shadow": "undefined", "type_level": "undefined", "scale": "null"}

    assert options(**empty, size="auto", format="zip") == CutoutOptions(format="zip")


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("auto", None),
        *((name, 250_000) for name in ("preview", "small", "regular")),
        *(("medium", 1_500_000), ("hd", 4_000_000), ("full", 25_000_000), ("4k", 25_000_000)),
        *(("50MP", 50_000_000), ("50mp", 50_000_000)),
    ],
)
def test_sizes(text: str, most: int | None) -> None:
    assert options(size=text).max_pixels == most


@pytest.mark.parametrize(
    ("texts", "chosen"),
    [
        ({"format": "jpeg"}, {"format": "jpg"}),
        ({"format": "PNG"}, {"format": "png"}),
        ({"format": "webp"}, {"format": "webp"}),
        ({"channels": "alpha"}, {"alpha_only": True}),
        ({"channels": "rgba"}, {}),
        ({"bg_color": "fff"}, {"background": (255, 255, 255, 255)}),
        ({"bg_color": "Transparent"}, {"background": (0, 0, 0, 0)}),
        ({"type": "graphics"}, {}),
        ({"type": "car_interior"}, {}),
        ({"crop": "True", "crop_margin": "10px"}, {"crop": True, "crop_margin": (Length(10),) * 4}),
        ({"scale": "80%"}, {"scale": 0.8}),
        ({"position": "20% 30%"}, {"position": (0.2, 0.3)}),
        ({"roi": "1 2 3 4"}, {"roi": (Length(1), Length(2), Length(3), Length(4))}),
        ({"to_remove": "foreground"}, {"removes_subject": True}),
        ({"to_remove": "background"}, {}),
        (
            {
                **{"type": "person", "type_level": "latest", "add_shadow": "false", "shadow_type": "drop"},
                **{"shadow_opacity": "50", "semitransparency": "true", "something_new": "1"},
            },
            {},
        ),
    ],
)
def test_parameters(texts: dict[str, str], chosen: dict[str, Any]) -> None:
    assert options(**texts) == CutoutOptions(**chosen)


@pytest.mark.parametrize("name", ["image_file_b64", "image_base64"])
@pytest.mark.parametrize("encode", [base64.standard_b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
@pytest.mark.parametrize("padding", ["=", ""])
def test_base64_in_every_spelling(name: str, encode: Any, prefix: str, padding: str) -> None:
    content = PICTURE[:-1]  # 255 bytes need no padding, 256 do
    for picture in (content, PICTURE):
        text = prefix + encode(picture).decode().rstrip("" if padding else "=")

        assert parse(Form({name: text})).image == picture


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r\n\t", "\n    "])
def test_base64_in_lines_that_may_be_indented(separator: str) -> None:
    content = PICTURE * 3
    encoded = base64.b64encode(content).decode()
    lines = separator.join(encoded[start : start + 76] for start in range(0, len(encoded), 76))

    for text in (lines, f" {lines}\n", f"DATA:image/png;base64,{lines}"):
        assert parse(Form({"image_file_b64": text})).image == content


def test_base64_whose_plus_became_a_space() -> None:
    content = PICTURE * 3
    text = base64.encodebytes(content).decode()
    assert "+" in text

    assert parse(Form({"image_file_b64": text.replace("+", " ")})).image == content


@pytest.mark.parametrize(
    "form",
    [
        Form({}, {"image_file_b64": base64.b64encode(PICTURE)}),
        Form({"image_file": base64.b64encode(PICTURE).decode()}),
    ],
    ids=["as a file", "as the text image_file"],
)
def test_base64_in_unusual_places(form: Form) -> None:
    assert parse(form).image == PICTURE


def test_addresses() -> None:
    call = parse(Form({"image_url": "https://a.example/a.jpg", "bg_image_url": "https://b.example/b.jpg"}))

    assert (call.image_url, call.backdrop_url) == ("https://a.example/a.jpg", "https://b.example/b.jpg")


def test_a_backdrop_file() -> None:
    assert parse(Form({}, {**FILE, "bg_image_file": b"backdrop"})).backdrop == b"backdrop"


@pytest.mark.parametrize(
    ("texts", "files", "code"),
    [
        ({}, {}, "missing_source"),
        ({"image_file_b64": "", "image_url": ""}, {"image_file": b""}, "missing_source"),
        ({"image_url": "https://a.example"}, FILE, "multiple_sources"),
        ({"image_url": "https://a.example", "image_file_b64": "AAAA"}, {}, "multiple_sources"),
        ({"image_file_b64": "no base64!"}, {}, "failed_to_read_image"),
        ({"size": "huge"}, FILE, "invalid_size"),
        ({"format": "gif"}, FILE, "invalid_format"),
        ({"channels": "rgb"}, FILE, "invalid_channels"),
        ({"bg_color": "no colour"}, FILE, "invalid_bg_color"),
        ({"bg_color": "fff", "bg_image_url": "https://a.example"}, FILE, "multiple_bg_sources"),
        ({"bg_color": "fff"}, {**FILE, "bg_image_file": b"x"}, "multiple_bg_sources"),
        ({"crop": "perhaps"}, FILE, "invalid_crop"),
        ({"crop_margin": "51%"}, FILE, "invalid_crop_margin"),
        ({"scale": "5%"}, FILE, "invalid_scale"),
        ({"position": "left"}, FILE, "invalid_position"),
        ({"roi": "1 2 3"}, FILE, "invalid_roi"),
        ({"to_remove": "everything"}, FILE, "invalid_to_remove"),
        ({"type": "ghost"}, FILE, "invalid_type"),
        ({"type_level": "9"}, FILE, "invalid_type_level"),
        ({"add_shadow": "maybe"}, FILE, "invalid_add_shadow"),
        ({"shadow_opacity": "101"}, FILE, "invalid_shadow_opacity"),
        ({"semitransparency": "half"}, FILE, "invalid_semitransparency"),
    ],
)
def test_mistakes_have_remove_bgs_codes(texts: dict[str, str], files: dict[str, bytes], code: str) -> None:
    with pytest.raises(RemoveBgError) as raised:
        parse(Form(texts, files))

    assert raised.value.code == code
