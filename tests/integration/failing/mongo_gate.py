"""A proxy to the database that understands its messages, and decides about each command."""

import contextlib
import itertools
import socket
import struct
import threading
import time
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType

from tests.listener import Listener, close

_HEADER = struct.Struct("<iiii")  # length, id, the id of the request, kind of message
_OP_MSG = 2013
_BODY = 16 + 4 + 1  # offset of the first document: after the header, the flags and the section's kind


class Fate(Enum):
    """The effect on a command; all but STALL, HOLD and PASS break its connection."""

    PASS = "carried out and answered"
    CUT = "never arrives"
    HALF = "arrives in part"
    LOSE = "carried out, and its answer lost"
    STALL = "kept back until it is let go"
    HOLD = "carried out, and its answer kept back until it is let go"


@dataclass
class Rule:
    """The fate of some commands of one name, numbered from 0 when the rule was made."""

    command: str
    numbers: Container[int]
    fate: Fate
    then_gone: bool  # and from then on nobody reaches the database
    met: threading.Event = field(default_factory=threading.Event)
    _count: Iterator[int] = field(default_factory=itertools.count)

    def takes(self, command: str) -> bool:
        """Count a command with this name, and tell whether its number is in the rule."""
        return command == self.command and next(self._count) in self.numbers


class MongoGate(Listener):
    """Passes commands to a port of this machine, unless a rule applies; a context manager.

    Handshakes and heartbeats are never counted.
    """

    def __init__(self, to: int) -> None:
        super().__init__()
        self._to = to
        self._lock = threading.Lock()
        self._links: set[socket.socket] = set()
        self._is_gone = False
        self.reset()

    def reset(self) -> None:
        """Pass everything again, and release all waiting commands."""
        with self._lock:
            let_go = getattr(self, "_let_go", None)
            self._rules: list[Rule] = []
            self._let_go, self._drops = threading.Event(), False
            self._is_gone, self.delay = False, 0.0
        if let_go:
            let_go.set()

    def meet(self, command: str, numbers: Container[int], fate: Fate, *, then_gone: bool = False) -> Rule:
        """Add a rule: give the commands with this name and these numbers this fate."""
        rule = Rule(command, numbers, fate, then_gone)
        with self._lock:
            self._rules.append(rule)
        return rule

    def go(self) -> None:
        """Take the database away: break all connections, refuse new ones, drop waiting commands."""
        with self._lock:
            self._is_gone = self._drops = True
            links, self._links = self._links, set()
            let_go = self._let_go
        let_go.set()
        for link in links:
            close(link)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.go()

    def _connect(self, client: socket.socket) -> None:
        if not self._lets_in(client):
            close(client)

    def _lets_in(self, client: socket.socket) -> bool:
        try:
            server = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            return False
        with self._lock:
            if self._is_gone:
                close(server)
                return False
            self._links |= {client, server}
        link = _Link(self, client, server)
        for pump in (link.ask, link.answer):
            threading.Thread(target=pump, daemon=True).start()
        return True

    def forget(self, *links: socket.socket) -> None:
        """Close these connections."""
        with self._lock:
            self._links.difference_update(links)
        for link in links:
            close(link)

    def rule_for(self, message: bytes) -> Rule | None:
        """Return the rule for this message."""
        command = _command(message)
        with self._lock:
            taken = [rule for rule in self._rules if rule.takes(command)]
        return taken[0] if taken else None

    def wait(self) -> bool:
        """Wait until the command is released; return false if it is dropped instead."""
        with self._lock:
            let_go = self._let_go
        let_go.wait()
        return not self._drops


class _Link:
    """A client's connection, with the commands whose answers have a fate."""

    def __init__(self, gate: MongoGate, client: socket.socket, server: socket.socket) -> None:
        self._gate, self._client, self._server = gate, client, server
        self._asked: dict[int, Rule] = {}

    def ask(self) -> None:
        self._pump(self._client, self._pass_command)

    def answer(self) -> None:
        self._pump(self._server, self._pass_answer)

    def _pump(self, source: socket.socket, passes: Callable[[bytes], bool]) -> None:
        with contextlib.suppress(OSError):
            while (message := _read_message(source)) and passes(message):
                pass
        self._gate.forget(self._client, self._server)

    def _pass_command(self, message: bytes) -> bool:
        rule = self._gate.rule_for(message)
        time.sleep(self._gate.delay)
        if rule is None:
            self._server.sendall(message)
            return True
        if rule.fate in (Fate.CUT, Fate.HALF):
            if rule.fate is Fate.HALF:
                self._server.sendall(message[: len(message) // 2])
            return self._end(rule)
        if rule.fate is Fate.STALL:
            rule.met.set()
            if not self._gate.wait():
                return False
        self._asked[_HEADER.unpack_from(message)[1]] = rule
        self._server.sendall(message)
        return True

    def _pass_answer(self, message: bytes) -> bool:
        rule = self._asked.pop(_HEADER.unpack_from(message)[2], None)
        if rule and rule.fate is Fate.LOSE:
            return self._end(rule)
        if rule and rule.fate is Fate.HOLD:
            rule.met.set()
            if not self._gate.wait():
                return False
        self._client.sendall(message)
        return self._end(rule) if rule and rule.fate is Fate.PASS else True

    def _end(self, rule: Rule) -> bool:
        """Apply a command's fate after its answer; return whether the connection remains."""
        if rule.then_gone:
            self._gate.go()
        rule.met.set()
        return rule.fate is Fate.PASS and not rule.then_gone


def _read_message(source: socket.socket) -> bytes:
    head = _read(source, 4)
    return head + _read(source, struct.unpack("<i", head)[0] - 4) if head else b""


def _read(source: socket.socket, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        chunk = source.recv(size - len(content))
        if not chunk:
            return b""
        content += chunk
    return bytes(content)


def _command(message: bytes) -> str:
    """Return the command's name, which is its document's first field."""
    if _HEADER.unpack_from(message)[3] != _OP_MSG or message[_BODY - 1] != 0:
        return ""
    name = _BODY + 4 + 1  # after the document's length and the type of its first field
    return message[name : message.index(b"\0", name)].decode()
