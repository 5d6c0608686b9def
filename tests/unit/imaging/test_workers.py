"""Picture workers: their limits, their failures and their replacement."""

import threading
import time

import psutil
import pytest

from common import timeouts
from common.domain.errors import UnreadableImage
from common.imaging import memory
from common.imaging.request import Request
from common.imaging.worker_codec import WorkerCodec
from common.imaging.workers import Workers
from tests.tiers import extended
from tests.unit.imaging.pool import KEPT, MATTE, PICTURE, WHOLE, children, cut, planted

# Limits


@pytest.mark.parametrize("fault", ["burn", "exit", *extended("hang", "eat", "crash")])
def test_a_picture_that_ends_its_worker_is_unreadable_and_the_worker_is_replaced(
    codec: WorkerCodec, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert cut(codec, PICTURE) == (64, 48)
    [before] = children()
    begun = time.monotonic()

    with pytest.raises(UnreadableImage), codec.open(planted(fault)) as picture:
        picture.view(WHOLE)

    assert time.monotonic() - begun < 6
    assert "megapixels ended its worker" in caplog.text
    assert not psutil.pid_exists(before)
    assert cut(codec, PICTURE) == (64, 48)
    assert before not in children()


@pytest.mark.extended
def test_processor_time_and_time_are_limited_apart(
    codec: WorkerCodec, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault, factor in (("burn", 20), ("hang", 1)):
        monkeypatch.setattr(timeouts, "JOB_CLOCK", factor)
        with pytest.raises(UnreadableImage), codec.open(planted(fault)) as picture:
            picture.view(WHOLE)

    assert "SIGPROF" in caplog.messages[0]
    assert "SIGALRM" in caplog.messages[1]


@pytest.mark.extended
def test_waiting_for_a_remover_does_not_use_up_a_pictures_time(codec: WorkerCodec) -> None:
    with codec.open(PICTURE) as picture:
        picture.view(KEPT)
        time.sleep(4.5)  # more than such a picture may take by the clock
        assert picture.cut_out(MATTE).width == 64


@pytest.mark.extended
def test_other_pictures_are_not_affected(codec: WorkerCodec) -> None:
    ended: list[type[Exception]] = []

    def spoil() -> None:
        for fault in ("crash", "eat", "burn", "exit"):
            with pytest.raises(UnreadableImage) as raised, codec.open(planted(fault)) as picture:
                picture.view(WHOLE)
            ended.append(raised.type)

    spoiler = threading.Thread(target=spoil)
    spoiler.start()
    sizes = set()
    while spoiler.is_alive():
        sizes.add(cut(codec, PICTURE))

    assert ended == [UnreadableImage] * 4
    assert sizes == {(64, 48)}


def test_a_decoders_exception_is_a_damaged_picture_and_costs_no_worker(codec: WorkerCodec) -> None:
    cut(codec, PICTURE)
    before = children()

    with pytest.raises(UnreadableImage), codec.open(planted("bug")) as picture:
        picture.view(WHOLE)

    assert cut(codec, PICTURE) == (64, 48)
    assert children() == before


def test_a_bug_of_ours_is_raised_with_its_trace(pool: Workers) -> None:
    request = Request(job="cut_out", seconds=1, clock=1, memory=1 << 20)

    with pool.job(1) as job, pytest.raises(RuntimeError, match="the worker has no picture"):
        job.run(request)


def test_memory_is_watched_if_the_system_does_not_limit_it(
    codec: WorkerCodec, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(memory, "IS_ENFORCED", False)
    monkeypatch.setattr(timeouts, "JOB_MEMORY", 8 << 20)

    with pytest.raises(UnreadableImage), codec.open(planted("hang")) as picture:
        picture.view(WHOLE)

    assert "MemoryError" in caplog.text
