"""A bucket's image as a stream, with a fake bucket; integration/ uses an emulator."""

import io
import tracemalloc
from dataclasses import dataclass, field

import pytest
import requests
from google.api_core import exceptions as api

from common.domain.errors import NotFound, Unavailable
from common.storage.gcs.client import connect
from common.storage.gcs.image import LARGEST_ANSWER, BucketImage
from common.storage.gcs.signer import Signer

MIB = 1024 * 1024
GONE, FORBIDDEN = (api.from_http_status(code, "") for code in (404, 403))  # type: ignore[no-untyped-call]
CONTENT = bytes(range(251)) * (5 * MIB // 2 // 251)  # two chunks and a half


@dataclass
class FakeBlob:
    """An object that records the requested ranges, and fails from one byte on."""

    content: bytes = CONTENT
    error: Exception | None = None
    failing_from: int = 0
    name: str = "me/1/original"
    asked: list[tuple[int, int]] = field(default_factory=list)

    def download_as_bytes(self, *, start: int, end: int, **options: object) -> bytes:
        self.asked.append((start, end))
        if self.error and end >= self.failing_from:
            raise self.error
        return self.content[start : end + 1]

    def image(self) -> BucketImage:
        return BucketImage(self, len(self.content), Signer())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_as_many_connections_are_kept_open_to_an_emulator(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")

    adapter = connect("pictures").client._http.get_adapter(f"{scheme}://127.0.0.1:9/")

    assert adapter._pool_maxsize == 64


def test_opening_an_image_fetches_its_first_chunk_and_no_more() -> None:
    blob = FakeBlob()
    blob.image().open()
    assert blob.asked == [(0, MIB - 1)]


def test_reading_in_small_pieces_fetches_each_chunk_once() -> None:
    blob = FakeBlob()
    stream = blob.image().open()
    assert b"".join(iter(lambda: stream.read(64 * 1024), b"")) == CONTENT
    assert blob.asked == [(0, MIB - 1), (MIB, 2 * MIB - 1), (2 * MIB, len(CONTENT) - 1)]


@pytest.mark.parametrize("start", [0, 1, MIB - 3, MIB, 2 * MIB - 1, len(CONTENT) - 4])
@pytest.mark.parametrize("length", [1, 6, MIB, 2 * MIB])
def test_a_range_is_correct_wherever_chunks_end(start: int, length: int) -> None:
    stream = FakeBlob().image().open()
    assert stream.seek(start) == start
    assert stream.read(length) == CONTENT[start : start + length]
    assert stream.tell() == min(start + length, len(CONTENT))


def test_a_part_far_behind_is_fetched_without_what_is_before_it() -> None:
    blob = FakeBlob()
    stream = blob.image().open()
    stream.seek(-10, io.SEEK_END)
    assert stream.read() == CONTENT[-10:]
    assert blob.asked == [(0, MIB - 1), (len(CONTENT) - 10, len(CONTENT) - 1)]


def test_a_stream_seeks_from_its_position() -> None:
    stream = FakeBlob().image().open()
    stream.read(5)
    assert stream.seek(2 * MIB, io.SEEK_CUR) == 2 * MIB + 5
    assert stream.read(3) == CONTENT[2 * MIB + 5 : 2 * MIB + 8]
    stream.seek(-8, io.SEEK_CUR)
    assert stream.read(2) == CONTENT[2 * MIB : 2 * MIB + 2]


def test_all_that_is_left_is_fetched_at_once() -> None:
    blob = FakeBlob()
    stream = blob.image().open()
    assert stream.read(1) + stream.read() == CONTENT
    assert blob.asked == [(0, MIB - 1), (MIB, len(CONTENT) - 1)]


def test_at_the_end_nothing_is_read_and_nothing_asked() -> None:
    blob = FakeBlob(b"short")
    stream = blob.image().open()
    assert [stream.read(), stream.read(), stream.read(9)] == [b"short", b"", b""]
    stream.seek(99)
    assert stream.read(1) == b""
    assert blob.asked == [(0, 4)]


def test_an_image_of_no_bytes_is_not_asked_for() -> None:
    blob = FakeBlob(b"")
    assert blob.image().open().read() == b""
    assert blob.asked == []


def test_an_image_without_its_object_is_not_found() -> None:
    with pytest.raises(NotFound):
        FakeBlob(error=GONE).image().open()


@pytest.mark.parametrize("error", [FORBIDDEN, requests.ConnectionError("cut")])
def test_an_image_that_cannot_be_read_is_an_outage_at_its_start_and_in_its_middle(error: Exception) -> None:
    with pytest.raises(Unavailable):
        FakeBlob(error=error).image().open()
    stream = FakeBlob(error=error, failing_from=2 * MIB).image().open()
    assert stream.read(2 * MIB) == CONTENT[: 2 * MIB]
    with pytest.raises(Unavailable):
        stream.read(1)


def test_streaming_the_longest_answer_needs_a_fraction_of_its_memory() -> None:
    stream = FakeBlob(bytes(LARGEST_ANSWER)).image().open()
    tracemalloc.start()
    try:
        while stream.read(64 * 1024):
            pass
        assert tracemalloc.get_traced_memory()[1] < 3 * MIB
    finally:
        tracemalloc.stop()


def test_images_small_enough_to_send_have_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("google.auth.default", None)  # no credentials are requested
    assert BucketImage(FakeBlob(), LARGEST_ANSWER, Signer()).link("GET", "inline") is None
