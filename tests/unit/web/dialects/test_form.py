"""Bodies as named texts and files, independent of their Content-Type."""

import pytest

from common.domain.errors import BadRequest
from common.web.dialects.form import parse

PICTURE = b"\xff\xd8\xff\r\n--edg\r\n\x00 picture"
MULTIPART = (
    b'--edge\r\nContent-Disposition: form-data; name="size"\r\n\r\n auto \r\n'
    b'--edge\r\nContent-Disposition: form-data; name="roi"\r\n\r\n\r\n'
    b'--edge\r\nContent-Disposition: form-data; name="image_file"; filename="a.png"\r\n'
    b"Content-Type: text/plain\r\n\r\n" + PICTURE + b"\r\n--edge--\r\n"
)


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data; boundary=edge", "application/json", "", "multipart/form-data; boundary=other"],
)
def test_multipart_is_known_by_its_first_line(content_type: str) -> None:
    form = parse(MULTIPART, content_type)

    assert form.text("size") == "auto"
    assert form.text("roi") == ""
    assert form.file("image_file") == PICTURE


def test_a_picture_without_a_file_name_is_a_file_all_the_same() -> None:
    form = parse(MULTIPART.replace(b'; filename="a.png"', b""), "multipart/form-data; boundary=edge")

    assert form.file("image_file") == PICTURE
    assert form.texts == {"size": "auto", "roi": ""}


def test_a_preamble_and_unquoted_names_are_read() -> None:
    body = b"This is multipart.\r\n" + MULTIPART.replace(b'name="size"', b"name=size")

    assert parse(body, 'multipart/form-data; boundary="edge"').text("size") == "auto"


def test_of_two_parts_of_one_name_the_first_counts() -> None:
    twice = MULTIPART[: -len(b"--edge--\r\n")] + MULTIPART.replace(b" auto ", b"hd").replace(b"\x00", b"x")

    form = parse(twice, "")

    assert form.text("size") == "auto"
    assert form.file("image_file") == PICTURE


def test_a_byte_order_mark_before_json_is_skipped() -> None:
    assert parse(b'\xef\xbb\xbf{"size": "auto"}', "application/json").text("size") == "auto"


def test_a_whole_number_of_json_has_no_fraction() -> None:
    form = parse(b'{"shadow_opacity": 50.0, "scale": 0.5}', "")

    assert form.texts == {"shadow_opacity": "50", "scale": "0.5"}


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", ""])
def test_json_is_known_by_its_brace(content_type: str) -> None:
    form = parse(b' {"size": "auto", "crop": true, "shadow_opacity": 7, "roi": null}', content_type)

    assert form.texts == {"size": "auto", "crop": "true", "shadow_opacity": "7"}


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json"])
def test_anything_else_is_a_urlencoded_form(content_type: str) -> None:
    form = parse(b"size=auto&bg_color=%23fff&roi=", content_type)

    assert form.text("size") == "auto"
    assert form.text("bg_color") == "#fff"
    assert form.text("roi") == ""


def test_the_first_name_that_was_sent_counts() -> None:
    form = parse(b"one=&two=2&three=3", "")

    assert form.text("one", "two", "three") == "2"
    assert form.file("one", "two") == b""


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": [1]}',
        b'{"a": {}}',
        b"{",
        b'{"a": ' + b"[" * 100_000,
        b"--edge\r\nno header\r\n\r\n",
        b"--",
        b"--edge\r\nContent-Disposition: form-data; name=x\r\n\r\n" * 200 + b"--edge--",
        b"&".join(b"a=%d" % n for n in range(2000)),
        b"name=\xff\xfe",
    ],
    ids=["list", "object", "cut", "deep", "no header", "no boundary", "many parts", "many fields", "no text"],
)
def test_damaged_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parse(body, "")
