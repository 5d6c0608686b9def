"""The image endpoint through every host."""

import base64

import pytest
from PIL import Image

from tests.fakes import START
from tests.photos import decoded, encoded, photo
from tests.service import PICTURE, Service, problem


def test_each_image_has_its_media_type(service: Service) -> None:
    record_id = service.upload()

    got = {
        v: service.call("GET", f"/image/{record_id}/{v}?r=1") for v in ("original", "processed", "preview")
    }

    assert [r.content_type for r in got.values()] == ["image/jpeg", "image/png", "image/webp"]
    assert got["original"].data == PICTURE
    cut_out = decoded(got["processed"].data)
    assert cut_out.size == (64, 48)
    assert (cut_out.getpixel((60, 9)), cut_out.getchannel("A").getpixel((9, 9))) == ((0, 0, 0, 0), 255)
    assert all(r.headers["Cache-Control"] == "private, max-age=31536000, immutable" for r in got.values())
    assert len({r.headers["ETag"] for r in got.values()}) == 3


def test_an_image_that_the_caller_has_is_not_sent_again(service: Service) -> None:
    path = f"/image/{service.upload()}/processed"
    etag = service.call("GET", path).headers["ETag"]
    service.records.steps.failing["read_fields"] = AssertionError("it is not even read")

    for given in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = service.call("GET", path, headers={"If-None-Match": given})
        assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", etag)
    service.records.steps.failing.clear()
    assert service.call("GET", path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_range_of_an_image_is_sent_on_request(service: Service) -> None:
    path = f"/image/{service.upload()}/original"

    part = service.call("GET", path, headers={"Range": "bytes=2-5"})
    beyond = service.call("GET", path, headers={"Range": f"bytes={len(PICTURE)}-"})

    assert (part.status_code, part.data) == (206, PICTURE[2:6])
    assert part.headers["Content-Range"] == f"bytes 2-5/{len(PICTURE)}"
    assert problem(beyond) == (416, "range_not_satisfiable")
    assert beyond.headers["Content-Range"] == f"bytes */{len(PICTURE)}"


@pytest.mark.parametrize("asked", ["bytes=-0", "bytes=-00", " bytes = -0 "])
def test_a_range_of_no_bytes_cannot_be_sent(service: Service, asked: str) -> None:
    response = service.call("GET", f"/image/{service.upload()}/original", headers={"Range": asked})

    assert problem(response) == (416, "range_not_satisfiable")
    assert response.headers["Content-Range"] == f"bytes */{len(PICTURE)}"


@pytest.mark.parametrize(
    ("name", "variant", "disposition"),
    [
        ("cat", "original", "attachment; filename=cat.jpg"),
        ("cat", "processed", "attachment; filename=cat.png"),
        ("cat", "preview", "attachment; filename=cat.webp"),
        ('a "b"', "processed", 'attachment; filename="a \\"b\\".png"'),
        ("猫", "processed", "attachment; filename*=UTF-8''%E7%8C%AB.png"),
    ],
)
def test_a_download_is_named_after_the_image(
    service: Service, name: str, variant: str, disposition: str
) -> None:
    record_id = service.upload()
    service.call("PUT", f"/rename/{record_id}", json={"record_name": name})

    response = service.call("GET", f"/image/{record_id}/{variant}?download=1")

    assert response.headers["Content-Disposition"] == disposition
    shown = service.call("GET", f"/image/{record_id}/{variant}").headers["Content-Disposition"]
    assert shown.startswith("inline")


def test_there_is_no_fourth_image(service: Service) -> None:
    assert problem(service.call("GET", f"/image/{service.upload()}/mask")) == (404, "not_found")


def test_a_record_of_the_original_application_is_served(service: Service) -> None:
    def text(content: bytes) -> str:
        return base64.b64encode(content).decode()

    processed = encoded(Image.new("RGBA", (1280, 640)))
    record_id = service.records.keep(
        "me", START, original_image_base64=text(photo(9, 9, "GIF")), processed_image_base64=text(processed)
    )

    got = {v: service.call("GET", f"/image/{record_id}/{v}") for v in ("original", "processed", "preview")}

    assert [r.content_type for r in got.values()] == ["image/gif", "image/png", "image/webp"]
    assert got["processed"].data == processed
    assert decoded(got["preview"].data).size == (640, 320)
