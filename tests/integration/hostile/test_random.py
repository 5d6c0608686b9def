"""Two thousand odd requests to each host."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.client import Client
from tests.integration.hostile import BOTH_HOSTS
from tests.integration.hostile.conftest import Victim
from tests.integration.hostile.guarantees import assert_kept
from tests.integration.hostile.odd import odd_request
from tests.integration.hostile.wire import tell
from tests.integration.hosts import Host
from tests.tiers import one_in

pytestmark = [BOTH_HOSTS, pytest.mark.usefixtures("untouched")]
SEED = 5
REQUESTS = 500
AT_ONCE = 4


@pytest.mark.parametrize("first", one_in(4, *range(0, 4 * REQUESTS, REQUESTS)))
def test_no_odd_request_breaks_a_guarantee(host: Host, victim: Victim, first: int) -> None:
    me = Client(host)
    token = me.token()

    def send(number: int) -> None:
        odd = odd_request(number, SEED, victim.record_id, token)
        answer = tell(host, odd.content, odd.path)
        if not answer.status:  # incomplete requests need no answer
            assert b"\r\n\r\n" not in odd.content
            return
        try:
            assert_kept(answer)
        except AssertionError as error:
            raise AssertionError(f"odd request {number} of seed {SEED}: {odd.content[:600]!r}") from error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(send, range(first, first + REQUESTS)))
    assert me.list()["records"] == []
