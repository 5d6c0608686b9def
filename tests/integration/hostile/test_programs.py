"""Forbidden calls of programs and pages on a host without API keys."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest
import requests

from tests.integration.hosts import TARGETS, Host, running_app, running_functions
from tests.objectcut import ObjectCut
from tests.photos import photo
from tests.tiers import one_in

PICTURE = photo()
REMOVE_BG, ACCOUNT, REMBG, WITHOUT_BG = (
    "/v1.0/removebg",
    "/v1.0/account",
    "/api/remove",
    "/v1/remove-background",
)

_LOOPBACK = (
    *(
        "http://127.0.0.1/",
        "https://127.0.0.1/a.png",
        "http://127.1/",
        "http://127.0.1/",
        "http://127.255.0.9/",
    ),
    *(
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
    ),
    *("http://0/", "http://0.0.0.0/", "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/"),
    *(
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
    ),
    *(
        "http://[2002:7f00:1::]/",
        "http://[2001::7f00:1]/",
        "http://localhost/",
        "http://LOCALHOST/",
        "http://localhost./",
    ),
    *(
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://127\u30020\u30020\u30021/",
        "http://127.0.0.1:80/",
        "http://127.0.0.1:443/",
    ),
)
_PRIVATE = (
    *(
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://172.31.255.254/",
        "http://192.168.0.1/",
        "http://100.64.0.1/",
    ),
    *(
        "http://192.0.0.1/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
    ),
    *(
        "http://[fc00::1]/",
        "http://[fd12:3456::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[2001:db8::1]/",
    ),
)
_LINK_LOCAL = (
    *(
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.1.1/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
    ),
    *("http://0251.0376.0251.0376/", "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/"),
    *("http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fd00:ec2::254]/", "http://[fd20:ce::254]/"),
)
_OTHER = (
    *(
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:80/_GET",
        "data:image/png;base64,AAAA",
        "http://",
    ),
    *(
        "//127.0.0.1/",
        "127.0.0.1",
        "http:///a.png",
        "http://user@127.0.0.1/",
        "http://example.com@127.0.0.1/",
    ),
    *(
        "http://127.0.0.1\\@example.com/",
        "http://127.0.0.1#@example.com/",
        "http://[::1",
        "http://127.0.0.1:99999/",
    ),
    *(
        "http://127.0.0.1:22/",
        "http://127.0.0.1:27017/",
        "http://127.0.0.1:-80/",
        "http://127.0.0.1%2f/",
        "http://a b/",
    ),
    *("http://127.0.0.1/\r\nX: y", "http://\u0000/", "http://" + "a" * 300 + "/", "http://xn--/", "\u0000"),
)
FORBIDDEN = (*_LOOPBACK, *_PRIVATE, *_LINK_LOCAL, *_OTHER)


@pytest.fixture(scope="module", params=["functions", "app"])
def open_host(
    request: pytest.FixtureRequest, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """Each host without API keys; of the functions, the one for programs."""
    log: Path = tmp_path_factory.mktemp("open") / f"{request.param}.log"
    run = {"functions": running_functions, "app": running_app}[request.param]
    chosen = {"API_KEYS": "off", "MONGO_DB": f"open_{request.param}", "THREADS": "4"}
    with ExitStack() as stack:
        stack.enter_context(patch.dict(TARGETS, {"removebg": "removebg"}, clear=True))
        yield stack.enter_context(run({**environ, **chosen}, log))


def post(host: Host, path: str = REMOVE_BG, **options: object) -> requests.Response:
    return requests.post(host.url(path), timeout=30, **options)  # type: ignore[arg-type]


def code(response: requests.Response) -> str:
    (error,) = response.json()["errors"]
    return str(error["code"])


@pytest.mark.parametrize("address", one_in(5, *FORBIDDEN))
def test_addresses_that_are_not_public_are_not_fetched(open_host: Host, address: str) -> None:
    response = post(open_host, json={"image_url": address})
    assert (response.status_code, code(response)) == (400, "failed_image_download")

    encoded = base64.b64encode(PICTURE).decode()
    response = post(open_host, json={"image_file_b64": encoded, "bg_image_url": address})
    assert (response.status_code, code(response)) == (400, "failed_image_download")

    response = requests.get(open_host.url(REMBG), params={"url": address}, timeout=30)
    assert (response.status_code, response.json()["code"]) == (400, "failed_image_download")


@pytest.mark.parametrize("path", [REMOVE_BG, ACCOUNT, REMBG, WITHOUT_BG])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "rebound.example"},
        {"Host": "rebound.example:8080", "Origin": "http://rebound.example:8080"},
        {"Host": "127.0.0.1.evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Host": "localhost.evil.example"},
        {"Host": "evil.example:127"},
        {"Host": "a.localhost"},
    ],
)
def test_pages_of_other_sites_are_refused(
    open_host: Host, provider: ObjectCut, path: str, headers: Mapping[str, str]
) -> None:
    method = "GET" if path == ACCOUNT else "POST"
    files = dict.fromkeys(("image_file", "file", "image"), ("a.png", PICTURE))
    response = requests.request(method, open_host.url(path), files=files, headers=headers, timeout=30)

    assert response.status_code == 403
    assert provider.calls == []


@pytest.mark.parametrize(
    "host_name", ["127.0.0.1", "localhost", "localhost:8080", "[::1]:8080", "192.168.7.7"]
)
def test_programs_on_this_machine_and_network_are_served(
    open_host: Host, provider: ObjectCut, host_name: str
) -> None:
    headers = {"Host": host_name, "X-Api-Key": "any"}
    response = requests.get(open_host.url(ACCOUNT), headers=headers, timeout=30)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


def _multipart(parts: int) -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    return part * parts + b"--x--\r\n"


ODD_BODIES = {
    "nothing": (b"", ""),
    "only a type": (b"", "application/json"),
    "half of JSON": (b'{"image_file_b64": "', "application/json"),
    "a list": (b"[1, 2]", "application/json"),
    "a list in an object": (b'{"image_file_b64": ["a"]}', "application/json"),
    "deep JSON": (b'{"a":' * 100_000, "application/json"),
    "a number without end": (b'{"size": ' + b"9" * 100_000 + b"}", "application/json"),
    "not a number": (json.dumps({"image_file_b64": float("nan")}).encode(), "application/json"),
    "half of a surrogate": (b'{"image_url": "http://\\ud800/"}', "application/json"),
    "bytes that are no text": (b"\xff\xfe\x00image_file=\xff", "application/x-www-form-urlencoded"),
    "many fields": (b"a=1&" * 5_000, "application/x-www-form-urlencoded"),
    "no base64": (b"image_file_b64=%%%", "application/x-www-form-urlencoded"),
    "no boundary": (_multipart(1), "multipart/form-data"),
    "another boundary": (_multipart(1), "multipart/form-data; boundary=y"),
    "many parts": (_multipart(5_000), "multipart/form-data; boundary=x"),
    "no end": (_multipart(1)[:-8], "multipart/form-data; boundary=x"),
    "only dashes": (b"--" * 50_000, "multipart/form-data; boundary=x"),
    "a part without a name": (b"--x\r\n\r\n1\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    "an unknown charset": (b"image_file_b64=a", "application/x-www-form-urlencoded; charset=none"),
    "a type that is no type": (b"image_file_b64=a", ";;;"),
}


@pytest.mark.parametrize("body", ODD_BODIES)
def test_odd_bodies_are_mistakes_of_the_caller(open_host: Host, provider: ObjectCut, body: str) -> None:
    content, content_type = ODD_BODIES[body]
    response = post(open_host, data=content, headers={"Content-Type": content_type} if content_type else {})

    assert response.status_code == 400
    assert code(response)
    assert provider.calls == []


@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_that_are_too_large_are_refused(open_host: Host, provider: ObjectCut, chunked: bool) -> None:
    large = bytes(2_000_000)  # 4/3 of a megabyte and 64 KB are allowed
    response = post(open_host, data=iter([large]) if chunked else large)

    assert (response.status_code, code(response)) == (400, "file_too_large")
    assert provider.calls == []
    assert requests.get(open_host.url(ACCOUNT), timeout=30).status_code == 200


def test_a_picture_that_is_sent_in_chunks_is_never_cut(open_host: Host, provider: ObjectCut) -> None:
    whole = post(open_host, WITHOUT_BG, data=iter([PICTURE]))
    large = post(open_host, WITHOUT_BG, data=iter([PICTURE, bytes(2_000_000)]))

    assert (whole.status_code, large.status_code) == (200, 413)
    assert len(provider.calls) == 1


def test_a_picture_in_base64_may_have_as_many_bytes_as_one_in_a_file(
    open_host: Host, provider: ObjectCut
) -> None:
    largest = PICTURE + bytes(1024 * 1024 - len(PICTURE))
    encoded = base64.b64encode(largest).decode()
    statuses = [
        post(open_host, files={"image_file": ("a.png", content)}).status_code
        for content in (largest, largest + b"x")
    ]
    assert statuses == [200, 400]
    assert post(open_host, json={"image_file_b64": encoded}).status_code == 200
