"""python -m tests.chaos: random users on a host whose parts fail at random; nothing may be lost."""

import argparse
import secrets
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tests.chaos import report, stage
from tests.chaos.audit import audit
from tests.chaos.faults import Chronicle
from tests.chaos.keeper import Keeper
from tests.chaos.model import Broken
from tests.chaos.report import Tally
from tests.chaos.users import User
from tests.chaos.weather import Weather

_USERS = 8
_PATIENCE = 5.0  # seconds until the other users stop after a violation


class Run:
    """One run: its users, its faults and its outcome."""

    def __init__(self, running: stage.Stage, seed: str, seconds: float) -> None:
        self._stage, self._seed, self._seconds = running, seed, seconds
        self._begun = time.monotonic()
        self._stop = threading.Event()
        self.chronicle, self.tally = Chronicle(), Tally()
        self.weather = Weather(running, self.chronicle, f"{seed}/weather")
        self.keeper = Keeper(running, self.chronicle, self.tally, f"{seed}/keeper", self._stop)
        self.users = [
            User(number, running, self.chronicle, self.tally, seed, self._stop) for number in range(_USERS)
        ]
        for user in self.users:
            user.others = self.users

    def go(self) -> None:
        """Run to the end, and raise Broken if a guarantee was violated."""
        threads: list[User | Keeper] = [*self.users, self.keeper]
        for thread in threads:
            thread.start()
        threading.Thread(target=self._show, daemon=True).start()
        try:
            self.weather.blow(self._begun + self._seconds, self._stop)
        finally:
            self._stop.set()
        for thread in threads:
            thread.join(_PATIENCE if any(each.broken for each in threads) else None)
        for thread in threads:
            if thread.broken:
                raise thread.broken
        audit(self._stage, self.users, self.chronicle)

    def outcome(self) -> Exception | None:
        """Run to the end, and return the violations."""
        try:
            self.go()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run has failed
            return error
        return None

    def summary(self, broken: Exception | None, leaks: Sequence[str]) -> str:
        """Return the tables of this run, which leaked these lines of the host's log."""
        figures = {
            "seed": self._seed,
            "identities": sum(len(user.person.accounts) for user in self.users),
            "retries": self.tally.retries,
            "slowest recovery (s)": f"{self.weather.slowest_recovery:.1f}",
            "most memory of a process (MB)": self.keeper.most_memory >> 20,
            "provider paid": self._stage.provider.paid.total(),
            "lost": int(_is(broken, "lost")),
            "leaked": int(_is(broken, "leaked")) + len(leaks),
            "seconds": f"{time.monotonic() - self._begun:.0f}",
        }
        return report.summary(self.tally, self.chronicle.counts, figures)

    def _show(self) -> None:
        while not self._stop.wait(0.5):
            at = f"{time.monotonic() - self._begun:4.0f} of {self._seconds:.0f} s"
            memory = f"{self.keeper.most_memory >> 20} MB"
            report.show(f"{at}  {self.tally.total()} calls  {memory}  {self.weather.now}")
        report.show("")

    def last_events(self) -> str:
        """Return the last actions of the user who saw a violation, or of everybody."""
        broken = [user for user in self.users if user.broken] or self.users
        told = [("faults", self.weather.events), *((user.name, user.person.events) for user in broken)]
        return "\n".join(f"{name}\n  " + "\n  ".join(events) for name, events in told)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and return the exit status: 1 if a guarantee was violated."""
    options = _options(arguments)
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    seconds = options.minutes * 60
    print(
        f"seed {options.seed}: {_USERS} users, {seconds:.0f} s, {options.host}, {options.store}", flush=True
    )
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        stage.running(options.host, options.store, options.seed, Path(folder)) as running,
    ):
        run = Run(running, options.seed, seconds)
        broken, leaks = run.outcome(), running.host.leaks()
        print(run.summary(broken, leaks), flush=True)
        if (broken or leaks) and options.keep_log:
            options.keep_log.write_bytes(Path(folder, "host.log").read_bytes())
    if leaks:
        print(f"\nleaked: {len(leaks)} lines of the host's log have what nobody may read, first {leaks[0]}")
    if broken:
        print(f"\n{run.last_events()}\n\nbroken: {broken} (--seed {options.seed})", flush=True)
    if broken and not isinstance(broken, Broken):
        traceback.print_exception(broken)
    return 1 if broken or leaks else 0


def _is(broken: Exception | None, kind: str) -> bool:
    return isinstance(broken, Broken) and broken.kind == kind


def _leave(*_: object) -> NoReturn:
    # Ignore a second Ctrl-C, because it would interrupt the end of the processes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("\nstopping ...", flush=True)
    sys.exit(130)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", default=str(secrets.randbelow(10**6)), help="by default a random one")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--host", choices=("app", "functions"), default="app")
    parser.add_argument("--store", choices=("inline", "bucket"), default="bucket")
    parser.add_argument(
        "--keep-log", type=Path, help="where to leave the host's log when a guarantee is broken"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
