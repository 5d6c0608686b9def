"""A touch-up that loses the database, the storage or its process at any step leaves one whole revision."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
import requests
from PIL import Image

from tests.integration.client import Client
from tests.integration.failing.conftest import BOTH, OnAll
from tests.integration.failing.guarantees import PATIENCE, picture
from tests.integration.failing.mongo_gate import Fate
from tests.integration.failing.stage import Stage
from tests.photos import decoded, encoded
from tests.storage_gate import Fate as StorageFate
from tests.tiers import one_in, one_row_in

ALPHA = 77  # of every pixel of the new matte, and of no pixel of the first one
FIND, READ, MOVE = ("find", 0), ("find", 1), ("update", 0)
BROKEN = (Fate.CUT, Fate.HALF, Fate.LOSE)
# The writes of a touch-up in their order: two objects of the new revision, and two deletions of the old one.
WRITES = range(4)


class TouchUp:
    """One picture, and a new matte for it."""

    def __init__(self, stage: Stage) -> None:
        self._guarantees, self._client = stage.guarantees, stage.guarantees.client()
        self._content = picture()
        answer = stage.guarantees.upload(self._client, self._content)
        assert answer is not None
        assert answer.status_code == 201
        self._record = answer.json()["record"]
        size = self._record["width"], self._record["height"]
        self._matte = encoded(Image.new("L", size, ALPHA))

    def save(self) -> int:
        """Return the status of the answer, 0 where none came."""
        path, revision = f"/api/matte/{self._record['record_id']}", {"If-Match": '"1"'}
        try:
            return self._client.call("PUT", path, data=self._matte, headers=revision).status_code
        except requests.RequestException:
            return 0

    def revision(self) -> int:
        """Check that all images are of one revision, and return that."""
        (record,) = self._client.list()["records"]
        original, cut_out, preview = (
            _served(self._client, record[f"{variant}_url"])
            for variant in ("original", "processed", "preview")
        )
        assert original == self._content
        revision: int = record["revision"]
        is_new = [decoded(each).getchannel("A").getextrema() == (ALPHA, ALPHA) for each in (cut_out, preview)]
        assert is_new == [revision == 2] * 2
        self._guarantees.revised(self._record, record)
        return revision


def _served(client: Client, path: str) -> bytes:
    answer = client.call("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.content


def name_of(value: object) -> str:
    return getattr(value, "name", None) or "-".join(map(str, value))  # type: ignore[call-overload]


@pytest.mark.parametrize(("command", "fate"), one_row_in(9, product([MOVE, FIND, READ], BROKEN)), ids=name_of)
def test_a_touch_up_that_loses_the_database(on_all: OnAll, command: tuple[str, int], fate: Fate) -> None:
    def act(stage: Stage) -> None:
        touch_up = TouchUp(stage)
        name, number = command
        # Twice, for the driver tries again once.
        rule = stage.mongo.meet(name, [number, number + 1], fate)
        status = touch_up.save()
        assert rule.met.wait(PATIENCE)
        stage.mongo.reset()
        revision = touch_up.revision()
        assert status in ({200, 503} if revision == 2 else {503})
        assert (revision == 2) == ((command, fate) == (MOVE, Fate.LOSE))
        stage.guarantees.check()

    on_all(act)


@pytest.mark.parametrize("stages", [BOTH], ids="+".join, indirect=True)  # one host with a bucket is enough
@pytest.mark.parametrize(
    ("number", "fate"), one_row_in(8, product(WRITES, [StorageFate.CUT, StorageFate.REFUSE])), ids=str
)
def test_a_touch_up_that_loses_the_storage(on_all: OnAll, number: int, fate: StorageFate) -> None:
    def act(stage: Stage) -> None:
        if not stage.has_bucket:
            return
        touch_up = TouchUp(stage)
        stage.storage.meet(range(number, 10**9), fate)
        status = touch_up.save()
        stage.storage.reset()
        assert (status, touch_up.revision()) == ((503, 1) if number < 2 else (200, 2))
        stage.guarantees.check()

    on_all(act)


Arm = Callable[[Stage], threading.Event]
MOMENTS: dict[str, tuple[Arm, int]] = {
    "before the record is moved": (lambda stage: stage.mongo.meet("update", [0], Fate.STALL).met, 1),
    "before that is answered": (lambda stage: stage.mongo.meet("update", [0], Fate.HOLD).met, 2),
    "before it is read": (lambda stage: stage.mongo.meet("find", [1], Fate.STALL).met, 1),
    "before the first object": (lambda stage: stage.storage.stall(0, of=2), 1),
    "before the second object": (lambda stage: stage.storage.stall(1, of=2), 1),
}


@pytest.mark.parametrize("moment", one_in(5, *MOMENTS))
def test_a_touch_up_whose_process_is_killed(on_all: OnAll, moment: str) -> None:
    def act(stage: Stage) -> None:
        if "object" in moment and not stage.has_bucket:
            return
        touch_up = TouchUp(stage)
        arm, expected = MOMENTS[moment]
        waits = arm(stage)
        with ThreadPoolExecutor() as pool:
            status = pool.submit(touch_up.save)
            assert waits.wait(PATIENCE)
            stage.kill("matte")
            assert status.result(PATIENCE) == 0
        stage.mongo.go()  # what is kept back does not arrive
        stage.reset()
        stage.guarantees.works_again()
        assert touch_up.revision() == expected
        stage.guarantees.check()

    on_all(act)
