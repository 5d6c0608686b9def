"""python -m common.imaging.jobs FD: a picture worker that does the jobs from a socket.

It ends when its socket is closed, so it outlives its host by one job at most. Requests are pickled; an empty
one drops the kept picture. Replies are JSON, so that a compromised decoder cannot run code in the host.
"""

import contextlib
import json
import os
import pickle
import resource
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from common.domain.errors import PictureError
from common.domain.removal_errors import InvalidOption
from common.imaging import codec, memory
from common.imaging.messages import Channel
from common.imaging.parallel import sharing
from common.imaging.request import Request

_STACK = 1 << 20  # bytes of a thread's stack, which count as the worker's memory even if they are never used

Reply = tuple[dict[str, Any], list[bytes]]


@dataclass
class _Work:
    """A worker's state: the decoded picture, if it is kept, and the memory in use before it."""

    picture: codec.Picture | None = None
    base: int = 0


def _view(picture: codec.Picture, request: Request) -> Reply:
    view = picture.view(request.spec)
    return {"width": view.width, "height": view.height}, [view.content]


def _cut_out(picture: codec.Picture, request: Request) -> Reply:
    made = picture.cut_out(request.matte)
    return {"width": made.width, "height": made.height}, [made.processed, made.preview]


def _render(picture: codec.Picture, request: Request) -> Reply:
    facts = asdict(picture.render(request.matte))
    return facts, [facts.pop("content")]


_OF_PICTURES: Mapping[str, Callable[[codec.Picture, Request], Reply]] = {
    "view": _view,
    "cut_out": _cut_out,
    "render": _render,
}


def main() -> None:
    """Do jobs until the socket is closed."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    threading.stack_size(_STACK)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would contain a user's picture
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the host finishes its uploads before it closes the socket
    warnings.simplefilter("ignore")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # native decoders write warnings there
    work = _Work()
    with contextlib.suppress(EOFError, OSError):
        channel.send(b"{}")
        while True:
            head, files = channel.receive()
            if not head:
                work.picture = None
                continue
            _answer(channel, work, pickle.loads(head), files)  # noqa: S301 - of the process that started this one


def _answer(channel: Channel, work: _Work, request: Request, files: list[bytes]) -> None:
    begun = time.process_time()
    made: list[bytes] = []
    try:
        reply, made = _done(work, request, files)
    except (PictureError, InvalidOption) as error:
        reply = {"error": type(error).__name__, "detail": error.detail}
    except MemoryError:
        os._exit(1)  # after running out of memory, libraries are not reliable for another picture
    except Exception:  # noqa: BLE001 - the waiting host raises it
        reply = {"error": "", "detail": traceback.format_exc()}
    if not request.keep or "error" in reply:
        work.picture = None
    channel.send(json.dumps({**reply, "seconds": time.process_time() - begun}).encode(), *made)


def _done(work: _Work, request: Request, contents: list[bytes]) -> Reply:
    files = list(zip(contents, request.formats, strict=True))
    if files:
        work.base = memory.data_bytes()
    bounds = limits(work.base + request.memory, request.seconds, request.clock)
    with bounds, sharing(alone=request.alone):
        if request.job == "preview":
            return {}, [codec.preview_of(files[0], request.megapixels)]
        if request.job == "matte":
            matte = codec.matte_of(files[0], request.megapixels)
            return {"width": matte.width, "height": matte.height}, [matte.samples]
        if request.job == "alpha":
            return {}, [codec.alpha_of(contents[0], request.size)]
        if files:
            work.picture = codec.decode(files[0], request.megapixels, request.options, *files[1:])
        if work.picture is None:
            raise ValueError("the worker has no picture")
        return _OF_PICTURES[request.job](work.picture, request)


@contextlib.contextmanager
def limits(most: int, seconds: float, clock: float) -> Iterator[None]:
    """Make the system end this process at its deadline, and limit its memory."""
    memory.limit(most)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, clock)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        memory.limit(-1)


if __name__ == "__main__":
    main()
