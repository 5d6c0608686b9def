"""The limit under races, which counting alone could not keep."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.client import Client
from tests.integration.hosts import Host
from tests.photos import photo
from tests.tiers import one_in

UPLOADS, LIMIT = 12, 5


@pytest.mark.parametrize("attempt", one_in(5, *range(10)))
def test_of_twelve_uploads_at_once_exactly_five_are_kept(host: Host, attempt: int) -> None:
    client = Client(host)
    cookies = {"user_id": client.token()}
    pictures = [photo(40 + number, 40) for number in range(UPLOADS)]

    def upload(content: bytes) -> tuple[int, int]:
        racer = Client(host)
        response = racer.upload(content, cookies=cookies)
        return response.status_code, response.json().get("used", 0)

    with ThreadPoolExecutor(UPLOADS) as pool:
        answers = sorted(pool.map(upload, pictures))
    assert [status for status, _ in answers] == [201] * LIMIT + [409] * (UPLOADS - LIMIT)
    assert [used for _, used in answers[:LIMIT]] == list(range(1, LIMIT + 1))
    body = client.list()
    assert body["used"] == len(body["records"]) == LIMIT
    kept = {client.call("GET", record["original_url"]).content for record in body["records"]}
    assert len(kept) == LIMIT
    assert kept <= set(pictures)
