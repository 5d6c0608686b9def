"""Probes are answered even if all threads of the application host are busy."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack

import pytest

from common.web.front.server import THREADS
from infra.local import FUNCTIONS
from tests.ports import free_port

HOST = """
import sys, threading
from common.web.front.server import Limits, serve

never = threading.Event()

def application(environ, start_response):
    if environ["PATH_INFO"] == "/busy":
        never.wait()
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]

limits = Limits(1 << 20, 1 << 24, probes=("/health",))
serve(application, host="127.0.0.1", port=int(sys.argv[1]), limits=limits, grace=0)
"""


def ask(port: int, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=60).close()
        except ConnectionRefusedError:
            continue
        return


def test_a_probe_is_answered_while_every_thread_is_busy_and_others_wait() -> None:
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(FUNCTIONS)}
    with (
        subprocess.Popen([sys.executable, "-c", HOST, str(port)], env=environment) as process,
        ExitStack() as stack,
    ):
        stack.callback(process.kill)
        wait_for(port, process)
        busy = [stack.enter_context(ask(port, "/busy")) for _ in range(2 * THREADS)]

        for _ in range(3):
            with ask(port, "/health") as probe:
                assert probe.recv(100).startswith(b"HTTP/1.1 200")

        for connection in busy:
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):
                connection.recv(1)
