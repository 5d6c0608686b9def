"""The images of a record: content, caching, ranges and names, on both hosts."""

from typing import Any

import pytest
from pymongo.collection import Collection

from tests.integration.client import Client
from tests.photos import decoded, photo

Documents = Collection[dict[str, Any]]


def test_the_original_is_kept_byte_for_byte(client: Client) -> None:
    content = photo(90, 60, "JPEG", quality=80)
    response = client.call("GET", client.keep(content)["original_url"])
    assert response.content == content
    assert response.headers["Content-Type"] == "image/jpeg"


def test_the_cut_out_is_a_png_of_the_originals_size_without_its_background(client: Client) -> None:
    response = client.call("GET", client.keep(photo(120, 80))["processed_url"])
    cut_out = decoded(response.content)
    assert response.headers["Content-Type"] == "image/png"
    assert (cut_out.format, cut_out.mode, cut_out.size) == ("PNG", "RGBA", (120, 80))
    assert cut_out.getpixel((0, 0)) == (0, 0, 0, 0)
    original = decoded(photo(120, 80)).getpixel((60, 40))
    assert cut_out.getpixel((60, 40)) == (*original, 255)  # type: ignore[misc]


def test_the_preview_is_a_small_webp_with_transparency(client: Client) -> None:
    response = client.call("GET", client.keep(photo(1280, 800, "JPEG"))["preview_url"])
    preview = decoded(response.content)
    assert response.headers["Content-Type"] == "image/webp"
    assert (preview.format, preview.mode, preview.size) == ("WEBP", "RGBA", (640, 400))


def test_a_sideways_photo_is_cut_out_upright(client: Client) -> None:
    exif = decoded(photo()).getexif()
    exif[0x0112] = 6  # upright after a turn to the right by 90 degrees
    record = client.keep(photo(80, 40, "JPEG", exif=exif))
    assert (record["width"], record["height"]) == (40, 80)
    assert decoded(client.call("GET", record["processed_url"]).content).size == (40, 80)


def test_images_are_cached_by_their_owner_alone(client: Client) -> None:
    url = client.keep()["processed_url"]
    first = client.call("GET", url)
    again = client.call("GET", url, headers={"If-None-Match": first.headers["ETag"]})
    assert {"private", "immutable"} <= set(first.headers["Cache-Control"].split(", "))
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_deleted_image_is_not_confirmed_to_a_cache(client: Client) -> None:
    record = client.keep()
    etag = client.call("GET", record["processed_url"]).headers["ETag"]
    client.call("DELETE", f"/api/delete/{record['record_id']}")
    assert client.call("GET", record["processed_url"], headers={"If-None-Match": etag}).status_code == 404


def test_a_part_of_an_image_can_be_had(client: Client) -> None:
    content = photo()
    url = client.keep(content)["original_url"]
    part = client.call("GET", url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    beyond = client.call("GET", url, headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(content)}")


def test_head_returns_the_size_without_the_image(client: Client) -> None:
    content = photo()
    response = client.call("HEAD", client.keep(content)["original_url"])
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize(
    ("variant", "file_name"), [("original", "K%C3%A4tzchen.jpg"), ("processed", "K%C3%A4tzchen.png")]
)
def test_a_download_is_named_after_the_image(client: Client, variant: str, file_name: str) -> None:
    record = client.keep(photo(kind="JPEG"), name="Kätzchen")
    shown = client.call("GET", record[f"{variant}_url"])
    saved = client.call("GET", record[f"{variant}_url"] + "&download=1")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{file_name}")


def test_a_name_that_no_header_takes_is_still_a_download(client: Client, documents: Documents) -> None:
    record = client.keep()
    odd = {"image_name": "two\r\nlines\0 and a bell\a"}  # the original application accepted any name
    documents.update_one({"user_id": client.list()["user_id"]}, {"$set": odd})
    response = client.call("GET", record["processed_url"] + "&download=1")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == 'attachment; filename="two  lines  and a bell .png"'
