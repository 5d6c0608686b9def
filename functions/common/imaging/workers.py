"""Picture workers: processes that decode pictures, because untrusted files may take any time and memory.

A job has limits on time and memory by the file's claimed size. A worker that exceeds them or crashes is
replaced, and only its job fails. Workers are children of this process, have a clean environment, and end when
their socket is closed, however this process ends.
"""

import contextlib
import json
import logging
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from common import timeouts
from common.domain.errors import (
    ApplicationError,
    Overloaded,
    TooManyPixels,
    UnreadableImage,
    UnsupportedImage,
)
from common.domain.removal_errors import EmptyRegion, RegionOutOfBounds
from common.imaging import memory
from common.imaging.messages import Channel, Message
from common.imaging.parallel import processors
from common.observability.request_context import timed

if TYPE_CHECKING:  # the first worker should start before the host loads the data of its requests
    from common.imaging.request import Request

logger = logging.getLogger(__name__)

_WATCH_SECONDS = 0.05
# No keys and no addresses: a decoder does not need them.
_ENVIRONMENT = ("LANG", "LC_", "LD_", "DYLD_", "MALLOC_", "OPENBLAS_", "OMP_", "PATH", "TMPDIR")
_ERRORS: Mapping[str, type[ApplicationError]] = {
    error.__name__: error
    for error in (TooManyPixels, UnreadableImage, UnsupportedImage, RegionOutOfBounds, EmptyRegion)
}

Reply = tuple[dict[str, Any], list[bytes]]


class Worker:
    """A worker process and our end of its socket."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-m", "common.imaging.jobs", str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                command,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C reaches only the host
            )
        self._channel = Channel(ours)
        self._is_ready = False

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Tell whether the process runs; an idle one with a readable socket has just ended."""
        if self._process.poll() is not None:
            return False
        return not self._is_ready or not self._can_read(0)

    def _can_read(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def wait_until_ready(self) -> None:
        """Wait until the worker has loaded its modules, or raise RuntimeError if it cannot."""
        if self._is_ready:
            return
        try:
            self._channel.receive(time.monotonic() + timeouts.WORKER_START_SECONDS)
        except (EOFError, OSError) as error:
            raise RuntimeError(f"A picture worker did not start (status {self.end()})") from error
        self._is_ready = True

    def ask(self, request: "Request", *files: bytes) -> Message:
        """Return the reply to a request; raises EOFError, OSError or MemoryError if there is none."""
        deadline = time.monotonic() + request.clock + timeouts.JOB_GRACE_SECONDS
        self._channel.send(pickle.dumps(request), *files, deadline=deadline)
        if not memory.IS_ENFORCED:
            self._watch(deadline, request.memory + timeouts.JOB_MEMORY)
        return self._channel.receive(deadline)

    def _watch(self, deadline: float, most: int) -> None:
        """Wait for the reply while the worker's memory is within its limit."""
        while time.monotonic() < deadline and not self._can_read(_WATCH_SECONDS):
            if memory.used_bytes(self.pid) > most:
                raise MemoryError

    def forget(self) -> None:
        """Make the worker drop its kept picture."""
        try:
            self._channel.send(b"", deadline=time.monotonic() + timeouts.JOB_GRACE_SECONDS)
        except OSError:
            self.end()

    def end(self) -> int:
        """Kill the process if it still runs, and return its exit status."""
        self._process.kill()
        self._channel.close()
        return self._process.wait()


class Job:
    """The work on one picture at one worker, in one or several steps."""

    def __init__(self, worker: Worker, pixels: int, is_alone: Callable[[], bool]) -> None:
        self.worker = worker
        self._megapixels = pixels / 1_000_000
        self._seconds, self._memory = timeouts.job_limits(self._megapixels)
        self._clock = timeouts.JOB_CLOCK * self._seconds
        self._is_alone = is_alone
        self.keeps = False  # whether the worker keeps a decoded picture

    def run(self, request: "Request", *files: bytes) -> Reply:
        """Return the reply to one step, or raise PictureError or InvalidOption.

        If the picture kills its worker, raise UnreadableImage. If something else kills the worker, for
        example a system without free memory, raise Overloaded.
        """
        bounded = replace(request, seconds=self._seconds, clock=self._clock, memory=self._memory)
        begun = time.monotonic()
        self.keeps = False
        try:
            head, made = self._ask(replace(bounded, alone=self._is_alone()), files)
        except (EOFError, OSError, MemoryError) as error:
            status = self.worker.end()
            self._log(status, error)
            if status == -signal.SIGKILL and not isinstance(error, TimeoutError | MemoryError):
                raise Overloaded from error  # another process killed it, so the picture is not at fault
            raise UnreadableImage from error
        except BaseException:
            self.worker.end()  # its next message is unknown
            raise
        reply = json.loads(head)
        self._clock -= time.monotonic() - begun
        self._seconds -= reply.pop("seconds")
        _raise_for(reply)
        self.keeps = request.keep
        return reply, made

    def _ask(self, request: "Request", files: Sequence[bytes]) -> Message:
        try:
            return self.worker.ask(request, *files)
        except ConnectionError:
            if not files:
                raise
            # It was killed while idle, before it read the request.
            self.worker.end()
            self.worker = Worker()
            self.worker.wait_until_ready()
            return self.worker.ask(request, *files)

    def drop(self) -> None:
        """Make the worker drop its kept picture."""
        if self.keeps:
            self.worker.forget()

    def _log(self, status: int, error: BaseException) -> None:
        reason = signal.Signals(-status).name if status < 0 else f"status {status}"
        what = type(error).__name__
        logger.warning(
            "A picture of %.1f megapixels ended its worker: %s, %s", self._megapixels, what, reason
        )


class Workers:
    """As many workers as there are processors, each started when it is first needed.

    with workers.job(12_000_000) as job: job.run(Request(job="preview", ...), content)
    """

    def __init__(self, most: int | None = None, timeout: float = timeouts.WORKER_SECONDS) -> None:
        self._timeout = timeout
        self._free = threading.BoundedSemaphore(most or processors())
        self._changing = threading.Lock()
        self._idle: list[Worker] = []
        self._busy = 0
        self.close = weakref.finalize(self, _end, self._idle)  # also at the end of this process

    def start(self) -> None:
        """Start a worker ahead of the first job."""
        with self._changing:
            if not self._idle and not self._busy:
                self._idle.append(Worker())

    @contextlib.contextmanager
    def job(self, pixels: int) -> Iterator[Job]:
        """Wait for a worker and yield a job at it, or raise Overloaded if none becomes free in time."""
        with timed("wait"):
            if not self._free.acquire(timeout=self._timeout):
                raise Overloaded
        with self._changing:
            self._busy += 1
        job = None
        try:
            worker = self._idle_one() or Worker()
            worker.wait_until_ready()
            job = Job(worker, pixels, lambda: self._busy == 1)
            yield job
        finally:
            if job:
                job.drop()
            with self._changing:
                self._busy -= 1
                if job:
                    self._put_back(job.worker)
            self._free.release()

    def _idle_one(self) -> Worker | None:
        """Return an idle worker, after removing those that were killed meanwhile."""
        with self._changing:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    return worker
                worker.end()
        return None

    def _put_back(self, worker: Worker) -> None:
        if worker.is_alive():
            self._idle.append(worker)
        else:
            worker.end()


def _end(workers: list[Worker]) -> None:
    while workers:
        workers.pop().end()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith(_ENVIRONMENT)}
    return {**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _raise_for(reply: dict[str, Any]) -> None:
    if "error" not in reply:
        return
    error = _ERRORS.get(reply["error"])
    if error is None:
        raise RuntimeError(f"A picture worker failed:\n{reply['detail']}")
    raise error(reply["detail"])
