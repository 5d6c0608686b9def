"""The pool of picture workers: start, reuse, isolation and end."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from common.domain.errors import Overloaded
from common.domain.mattes import Matte, ViewSpec
from common.imaging.worker_codec import WorkerCodec
from common.imaging.workers import Worker, Workers
from infra.local import FUNCTIONS
from tests.photos import photo
from tests.tiers import extended
from tests.unit.imaging.pool import KEPT, MATTE, PICTURE, PLANTED, WHOLE, children, cut, planted, wait_until

# The pool


def test_workers_are_started_when_they_are_needed_and_used_again(codec: WorkerCodec, pool: Workers) -> None:
    before = children()
    pool.start()
    wait_until(lambda: len(children() - before) == 1)
    for _ in range(3):
        cut(codec, PICTURE)

    assert len(children() - before) == 1


def test_there_are_no_more_workers_than_allowed(codec: WorkerCodec) -> None:
    with ThreadPoolExecutor(8) as threads:
        sizes = list(threads.map(lambda _: cut(codec, PICTURE), range(40)))

    assert sizes == [(64, 48)] * 40
    assert len(children()) <= 2


def test_a_job_that_waits_too_long_for_a_worker_is_refused() -> None:
    pool = Workers(1, timeout=0.1)
    with pool.job(1), pytest.raises(Overloaded), pool.job(1):
        pass
    with pool.job(1):
        pass
    pool.close()


def test_a_worker_keeps_its_picture_only_while_a_remover_answers_soon(codec: WorkerCodec) -> None:
    with codec.open(PICTURE) as picture:
        picture.view(WHOLE)
        with codec.open(PICTURE) as second, codec.open(PICTURE) as third:
            second.view(KEPT)
            third.view(KEPT)  # two workers: the first picture has left its own
        assert picture.cut_out(MATTE).width == 64


def test_an_upload_that_fails_while_a_worker_keeps_its_picture_gives_the_worker_back(
    codec: WorkerCodec,
) -> None:
    def fail() -> None:
        with codec.open(PICTURE) as picture:
            picture.view(KEPT)
            raise ZeroDivisionError

    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            fail()

    assert cut(codec, PICTURE) == (64, 48)
    assert len(children()) == 1


def test_a_worker_that_was_killed_while_idle_is_replaced(codec: WorkerCodec) -> None:
    cut(codec, PICTURE)
    [idle] = children()
    os.kill(idle, signal.SIGKILL)
    os.waitid(os.P_PID, idle, os.WEXITED | os.WNOWAIT)

    assert cut(codec, PICTURE) == (64, 48)
    assert not psutil.pid_exists(idle)


def test_a_worker_that_is_killed_just_before_its_use_costs_no_upload(
    codec: WorkerCodec, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(codec, PICTURE)
    [idle] = children()
    os.kill(idle, signal.SIGKILL)
    os.waitid(os.P_PID, idle, os.WEXITED | os.WNOWAIT)
    monkeypatch.setattr(Worker, "is_alive", lambda _: True)  # as it was when the pool looked

    assert cut(codec, PICTURE) == (64, 48)
    assert idle not in children()


def test_a_worker_that_is_killed_from_outside_does_not_blame_the_picture(codec: WorkerCodec) -> None:
    with codec.open(PICTURE) as picture:
        picture.view(ViewSpec("rgb", 8, answers_soon=True))
        [worker] = children()
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(Overloaded):
            picture.cut_out(Matte(1, 1, b"\xff"))

    assert cut(codec, PICTURE) == (64, 48)


def test_a_worker_that_cannot_start_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    pool = Workers(1)

    for _ in range(2):
        with pytest.raises(RuntimeError, match="did not start"), pool.job(1):
            pass


# What a worker has and has not


def test_a_worker_gets_no_secrets(pool: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MONGO_URI", "APP_SECRET_KEY", "X_RAPID_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.setenv(name, "a secret")
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    pool.start()
    [worker] = children()

    environment = psutil.Process(worker).environ()

    assert "a secret" not in environment.values()
    assert environment["MALLOC_ARENA_MAX"] == "2"


def test_pixels_never_travel_by_shared_memory(codec: WorkerCodec) -> None:
    with codec.open(photo(2000, 1500, "JPEG")) as picture:
        picture.view(ViewSpec("rgb", 2000, answers_soon=True))
        [worker] = children()
        for process in (os.getpid(), worker):
            maps = Path(f"/proc/{process}/maps")
            mapped = maps.read_text() if maps.exists() else ""  # macOS has neither this nor /dev/shm
            opened = [file.path for file in psutil.Process(process).open_files()]
            assert "/dev/shm" not in mapped + "".join(opened)


# The end of the host


HOST = """
import sys, time
from common.imaging.workers import Workers
from common.imaging.worker_codec import WorkerCodec
from common.domain.mattes import ViewSpec
pool = Workers(2)
content = sys.stdin.buffer.read()
with WorkerCodec(50, pool).open(content) as picture:
    if content.endswith(b"hang"):
        pool.start()
        print("busy", flush=True)
        picture.view(ViewSpec("rgb", 8))
    picture.view(ViewSpec("rgb", 8, answers_soon=True))
    print("kept", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("ended_by", [signal.SIGKILL, *extended(signal.SIGTERM, signal.SIGINT)])
@pytest.mark.parametrize("content", [PICTURE, planted("hang")], ids=["keeping", "busy"])
def test_no_worker_outlives_its_host(ended_by: signal.Signals, content: bytes) -> None:
    path = os.pathsep.join((str(PLANTED), str(FUNCTIONS)))
    with subprocess.Popen(
        [sys.executable, "-c", HOST],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as host:
        assert host.stdin is not None
        assert host.stdout is not None
        host.stdin.write(content)
        host.stdin.close()
        assert host.stdout.readline()
        wait_until(lambda: bool(psutil.Process(host.pid).children()))
        ours = psutil.Process(host.pid).children()
        host.send_signal(ended_by)
        host.wait(10)

    gone, left = psutil.wait_procs(ours, timeout=10)
    assert (len(gone), left) == (len(ours), [])


def test_a_worker_ignores_the_hosts_signals(codec: WorkerCodec) -> None:
    """A signal to a whole group, as from a service manager, must not damage uploads that are finished yet."""
    with codec.open(PICTURE) as picture:
        picture.view(KEPT)
        [worker] = children()
        os.kill(worker, signal.SIGTERM)
        assert picture.cut_out(MATTE).width == 64
        assert os.getpgid(worker) != os.getpgid(0)
