"""python -m infra.local: run the whole service on this machine until Ctrl-C."""

import argparse
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import requests

from common import bootstrap
from common.domain.errors import ApplicationError, Unavailable
from common.service.retention import Retention
from common.settings import Settings, SettingsError
from endpoints import APPLICATION_REQUIRES
from infra.environment import environment
from infra.errors import CommandError
from infra.local import FUNCTIONS, folder
from infra.local.address import ListenAddress
from infra.local.database import EmbeddedDatabase
from infra.local.processes import TUNING, Child, end_leftovers, start
from infra.models.choice import choose_model

_START_SECONDS = 60
_STOP_SECONDS = 35  # longer than _GRACE_SECONDS
_GRACE_SECONDS = 30
_MARK = "--name"  # its value, the data folder, identifies the application's process
_CLEANUP_EVERY = timedelta(hours=1)
_HELP = """Starts an embedded MongoDB server and the application on this machine. Settings are read from the
environment and then from .env (see .env.example), among them HOST (127.0.0.1; with 0.0.0.0 your network can
use it too), PORT (8080), DATA_DIR (.data), MONGO_URI to use another MongoDB server, and X_RAPID_API_KEY to
use the provider instead of the local model."""


def main() -> int:
    """Run the service and return the exit status."""
    argparse.ArgumentParser(prog="python -m infra.local", description=_HELP).parse_args()
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    try:
        _run(environment())
    except (CommandError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _leave(*_: object) -> NoReturn:
    # A second Ctrl-C must not interrupt the shutdown and leave a process behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("Stopping ...", flush=True)
    sys.exit(0)


def _run(environ: dict[str, str]) -> None:
    address = ListenAddress.from_env(environ)
    data = Path(environ.get("DATA_DIR", ".data")).resolve()
    with folder.lock(data), contextlib.ExitStack() as running:
        end_leftovers(_MARK, data, grace=_STOP_SECONDS)
        address.check()
        _complete(environ, data)
        children: list[Child | EmbeddedDatabase] = []
        if "MONGO_URI" not in environ:
            database = EmbeddedDatabase(data)
            environ["MONGO_URI"] = database.uri
            folder.write_database_uri(data, database.uri)
            running.callback(database.stop)
            children.append(database)
        parts = bootstrap.build(Settings.from_env(environ, requires=APPLICATION_REQUIRES))
        _prepare(parts.retention(), parts.check_health, shared=not children)
        app = _start_app(environ, data, address)
        running.callback(app.stop)
        children.append(app)
        _wait_until_ready(app, address)
        print(f"Ready: {address.url}", flush=True)
        if address.network_url:
            whom = "those who have the key" if environ.get("ACCESS_KEY") else "everybody"
            print(f"On your network, for {whom}: {address.network_url}", flush=True)
        threading.Thread(target=_keep_clean, args=[parts.retention()], daemon=True).start()
        _watch(children)


def _prepare(retention: Retention, check_health: Callable[[], None], *, shared: bool) -> None:
    """Check that a shared database answers; in our own, release the leases of a killed run."""
    try:
        if shared:
            check_health()
        else:  # no upload is active yet, so every lease is a leftover
            retention.release_leases(older_than=timedelta(0))
    except Unavailable:
        raise CommandError(
            "The database does not answer. Check MONGO_URI, or unset it to use the embedded one."
        ) from None


def _complete(environ: dict[str, str], data: Path) -> None:
    """Add this machine's defaults: the secret key, the model, a higher limit, and no API keys."""
    environ.setdefault("APP_SECRET_KEY", folder.secret_key(data))
    environ.setdefault("USER_LIMIT", "50")
    environ.setdefault("API_KEYS", "off")
    choose_model(environ, data / "models")
    Settings.from_env({"MONGO_URI": "mongodb://placeholder", **environ}, requires=APPLICATION_REQUIRES)


def _start_app(environ: Mapping[str, str], data: Path, address: ListenAddress) -> Child:
    options = ["--host", address.host, "--port", str(address.port), "--grace", str(_GRACE_SECONDS)]
    command = [sys.executable, str(FUNCTIONS / "app.py"), *options, _MARK, str(data)]
    return start("application", command, grace=_STOP_SECONDS, environ={**environ, **TUNING})


def _wait_until_ready(app: Child, address: ListenAddress) -> None:
    deadline = time.monotonic() + _START_SECONDS
    with requests.Session() as session:
        session.trust_env = False  # HTTP_PROXY must not apply to this machine
        while time.monotonic() < deadline and not app.has_ended():
            with contextlib.suppress(requests.RequestException):
                if session.get(f"{address.url}/api/health", timeout=3).ok:
                    return
            time.sleep(0.05)
    raise CommandError("The application did not start; the lines above say why.")


def _keep_clean(retention: Retention) -> None:
    while True:
        try:
            retention.clean_up()
        except ApplicationError as error:
            print(f"Cleanup failed and will be tried again: {error}", file=sys.stderr)
        time.sleep(_CLEANUP_EVERY.total_seconds())


def _watch(children: "Sequence[Child | EmbeddedDatabase]") -> NoReturn:
    """Raise CommandError when a process ends unexpectedly; otherwise run until a signal."""
    while True:
        for child in children:
            if isinstance(child, EmbeddedDatabase):
                child.restart_if_broken()
            if child.has_ended():
                status = child.process.returncode
                raise CommandError(
                    f"The {child.name} ended unexpectedly (status {status}); stopping the rest."
                )
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
