"""Malformed multipart forms."""

from collections.abc import Iterator

import pytest

from tests.integration.client import Client
from tests.integration.hostile import ANY_HOST
from tests.integration.hostile.guarantees import assert_refused
from tests.integration.hostile.wire import Answer, ask, chunked
from tests.integration.hosts import Host
from tests.photos import photo

pytestmark = ANY_HOST
PHOTO = photo(40, 30)
TYPE = "multipart/form-data; boundary=edge"
KB = 1024


def part(disposition: str | bytes, content: bytes = PHOTO, more: bytes = b"", edge: bytes = b"edge") -> bytes:
    told = disposition if isinstance(disposition, bytes) else disposition.encode()
    return b"--%b\r\nContent-Disposition: form-data; %b\r\n%b\r\n%b\r\n" % (edge, told, more, content)


IMAGE = 'name="image"; filename="a.png"'
END = b"--edge--\r\n"


def post(host: Host, body: bytes, content_type: str | bytes = TYPE, **headers: str) -> Answer:
    return ask(host, "POST", "/api/upload", {"Content-Type": content_type, **headers}, body)


REFUSED: dict[str, tuple[bytes, str | bytes]] = {
    "no boundary": (part(IMAGE) + END, "multipart/form-data"),
    "an empty boundary": (part(IMAGE, edge=b"") + b"----\r\n", "multipart/form-data; boundary="),
    "a quoted empty boundary": (part(IMAGE) + END, 'multipart/form-data; boundary=""'),
    "another boundary": (part(IMAGE) + END, "multipart/form-data; boundary=other"),
    "a boundary that is not ASCII": (part(IMAGE) + END, b"multipart/form-data; boundary=\xff\xfe"),
    "a boundary of 7,000": (part(IMAGE) + END, "multipart/form-data; boundary=" + "b" * 7000),
    "a boundary like a pattern": (part(IMAGE) + END, "multipart/form-data; boundary=(a+)+$"),
    "nothing": (b"", TYPE),
    "nothing but the end": (END, TYPE),
    "no end": (part(IMAGE), TYPE),
    "an end within the picture": (part(IMAGE)[:-30], TYPE),
    "no blank line": (b"--edge\r\nContent-Disposition: form-data; " + IMAGE.encode(), TYPE),
    "no disposition": (b"--edge\r\n\r\n" + PHOTO + b"\r\n" + END, TYPE),
    "a file name that is not UTF-8": (part(b'name="image"; filename="\xff\xfe.png"') + END, TYPE),
    "a picture without a file name": (part('name="image"') + END, TYPE),
    "a picture of another name": (part('name="Image"; filename="a.png"') + END, TYPE),
    "the name of another encoding": (part("name*=UTF-7''+AGk-; filename=a.png") + END, TYPE),
    "another type": (part(IMAGE) + END, "multipart/mixed; boundary=edge"),
    "a form of the other kind": (b"image=" + b"x" * 1000, "application/x-www-form-urlencoded"),
    "no type": (part(IMAGE) + END, ""),
    "two types": (part(IMAGE) + END, "text/plain, multipart/form-data; boundary=edge"),
    "a form within the form": (
        part(
            'name="image"',
            part(IMAGE, edge=b"in") + b"--in--\r\n",
            b"Content-Type: multipart/mixed; boundary=in\r\n",
        )
        + END,
        TYPE,
    ),
}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("body", "content_type"), REFUSED.values(), ids=REFUSED)
def test_a_form_without_a_readable_picture_is_a_bad_request(
    host: Host, body: bytes, content_type: str | bytes
) -> None:
    answer = post(host, body, content_type)
    assert_refused(answer, 400)
    assert answer.code == "bad_request"


@pytest.mark.usefixtures("untouched")
def test_a_boundary_of_10000_is_refused_by_the_server(host: Host) -> None:
    assert_refused(post(host, part(IMAGE) + END, "multipart/form-data; boundary=" + "b" * 10_000), 431)


def parts(count: int) -> bytes:
    return b"".join(part(f'name="p{number}"', b"x") for number in range(count))


HUGE = {
    "10,000 fields": parts(10_000),
    "10,000 files": b"".join(part(f'name="p{number}"; filename="f"', b"x") for number in range(10_000)),
    "headers without an end": b"--edge\r\n" + b"X-Header: value\r\n" * 55_000,
    "one header without an end": b"--edge\r\nContent-Disposition: " + b"x" * 900 * KB,
    "a preamble without an end": b"x" * 900 * KB,
    "almost boundaries": b"\r\n--edg" * 100_000,
    "a long name": part('name="name"', b"x" * 600 * KB),
    "more than all": part(IMAGE, b"\x89PNG" + b"x" * 1400 * KB),
}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("body", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("tells", [True, False], ids=["length told", "length not told"])
def test_a_form_of_too_much_is_refused_and_nothing_of_it_is_kept(
    host: Host, body: bytes, tells: bool
) -> None:
    whole = body + part(IMAGE) + END
    if tells:
        answer = post(host, whole)
    else:
        answer = post(host, b"".join(framed(whole)), **{"Transfer-Encoding": "chunked"})
    assert_refused(answer, 400, 413)


def framed(body: bytes) -> Iterator[bytes]:
    return chunked(*[body[at : at + 9000] for at in range(0, len(body), 9000)])


def named(file_name: bytes, key: bytes = b"filename") -> bytes:
    return part(b'name="image"; ' + key + b'="' + file_name + b'"') + END


NAMES: dict[str, tuple[bytes, str]] = {
    "a path": (named(b"/etc/passwd.png"), "passwd"),
    "a path upwards": (named(b"../../../secret.png"), "secret"),
    "a path of Windows": (named(b"C:\\\\fakepath\\\\cat.png"), "cat"),
    "dots": (named(b".."), ""),
    "a slash": (named(b"/"), ""),
    "NUL": (named(b"a\0b.png"), "ab"),
    "an escape": (named(b"a\x1b[31m.png"), "a[31m"),
    "quotes": (named(b'a\\"b\\"c.png'), 'a"b"c'),
    "percent": (named(b"a%22%0d%0ab.png"), ""),
    "100 kB": (named(b"x" * 100 * KB + b".png"), "x" * 100),
    "markup": (named(b"<img src=x onerror=alert(1)>.png"), "<img src=x onerror=alert(1)>"),
    "right to left": (named("gnp.\u202eexe.png".encode()), ""),
    "extended": (part(b"name=\"image\"; filename*=UTF-8''%2e%2e%2f%00evil%0d%0aX.png") + END, "evilX"),
    "twice": (part(b'name="image"; filename="a.png"; filename="b.png"') + END, ""),
    "spaces": (named(b"   "), ""),
    "an operator": (named(b"$where.png"), "$where"),
}


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize(("body", "expected"), NAMES.values(), ids=NAMES)
def test_a_file_name_is_kept_as_a_name_and_never_as_a_path(host: Host, body: bytes, expected: str) -> None:
    answer = post(host, body)
    assert_refused(answer, 201)
    name = answer.json["record"]["image_name"]
    assert 1 <= len(name) <= 100
    assert name.isprintable() or "\u202e" in name
    assert expected in ("", name)


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("file_name", [b"a\r\nX-Evil: 1.png", b"a\nb.png", b"a\rb.png"], ids=ascii)
def test_a_line_break_in_a_file_name_ends_the_header(host: Host, file_name: bytes) -> None:
    answer = post(host, named(file_name))
    assert_refused(answer, 201, 400)
    assert "x-evil" not in answer.headers


@pytest.mark.usefixtures("unharmed")
def test_of_two_pictures_one_is_kept(host: Host) -> None:
    me = Client(host)
    me.token()
    other = photo(80, 60)
    files = [("image", ("first.png", PHOTO)), ("image", ("second.png", other))]
    answer = me.call("POST", "/api/upload", files=files)
    assert answer.status_code == 201
    assert [record["image_name"] for record in me.list()["records"]] == ["first"]


@pytest.mark.usefixtures("unharmed")
def test_of_two_names_one_is_kept(host: Host) -> None:
    body = part('name="name"', b"one") + part('name="name"', b"two") + part(IMAGE) + END
    assert post(host, body).json["record"]["image_name"] == "one"


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "name", [b"a\0b", b"a\r\nb", b"x" * 101, b"a\xe2\x80\xa8b", b"\x7f", b"\x1b[2J"], ids=ascii
)
def test_a_name_that_could_not_be_shown_is_refused(host: Host, name: bytes) -> None:
    assert_refused(post(host, part('name="name"', name) + part(IMAGE) + END), 422)


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "idna", "zlib", "hex", "../x", "\N{PILE OF POO}"])
def test_a_charset_of_no_form_is_read_as_utf_8(host: Host, charset: str) -> None:
    kind = f"Content-Type: text/plain; charset={charset}\r\n".encode()
    body = part('name="name"', b"+ADw-b+AD4-", kind) + part(IMAGE) + END
    answer = post(host, body)
    assert_refused(answer, 201)
    assert answer.json["record"]["image_name"] == "+ADw-b+AD4-"
