"""python -m infra.cutout: cut out files and folders on this machine."""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import psutil

from common import bootstrap
from common.domain.errors import PictureError
from common.service.removal import Removal
from common.settings import Settings, SettingsError
from infra import ROOT
from infra.cutout import arguments, files
from infra.cutout.arguments import Arguments
from infra.cutout.plan import Plan
from infra.cutout.report import Report
from infra.cutout.watch import watch
from infra.cutout.work import Cutter, Pool
from infra.environment import environment
from infra.errors import CommandError
from infra.local.processes import TUNING
from infra.models.choice import choose_model


class _Terminated(KeyboardInterrupt):
    """SIGTERM arrived."""


def main(given: Sequence[str] | None = None) -> int:
    """Process the pictures of the command line and return the exit status."""
    chosen = arguments.read(given)
    signal.signal(signal.SIGTERM, _terminate)
    os.environ.update({name: value for name, value in TUNING.items() if name not in os.environ})
    logging.getLogger().addHandler(logging.NullHandler())  # the report shows failures
    report = Report()
    plan = Plan(chosen.naming, chosen.existing, report.fail)
    try:
        _run(chosen, plan, report)
    except (CommandError, SettingsError) as error:
        _end(report, plan, str(error), 1)
    except _Terminated:
        _end(report, plan, "Stopped.", 128 + signal.SIGTERM)
    except KeyboardInterrupt:
        _end(report, plan, "Stopped.", 128 + signal.SIGINT)
    report.summarise(plan.skipped)
    return 1 if report.failed else 0


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


def _run(chosen: Arguments, plan: Plan, report: Report) -> None:
    if chosen.is_watching:
        watch(chosen.inputs, plan, Pool(_cutter(chosen), chosen.jobs, report))
    tasks = plan.tasks(plan.find(chosen.inputs)) if chosen.inputs else plan.stdin_tasks()
    if not tasks:
        return
    pool = Pool(_cutter(chosen), chosen.jobs, report)
    report.begin(len(tasks))
    for task in tasks:
        pool.submit(task)
    while pool.settle():
        pass


def _cutter(chosen: Arguments) -> Cutter:
    """Load the model, or raise CommandError or SettingsError."""
    settings = _settings(chosen.model)
    removal = bootstrap.build_removal(settings)
    megapixels = settings.max_megapixels
    backdrop = _backdrop(chosen.backdrop, removal, megapixels) if chosen.backdrop else b""
    try:
        removal.remover()
    except SettingsError:
        raise
    except Exception as error:  # the runtime's exceptions have no common base class
        raise CommandError(f"The model cannot be loaded: {error}") from error
    return Cutter(removal, chosen.options, backdrop, megapixels, replaces=chosen.existing != "fail")


def _settings(model: str | None) -> Settings:
    """Return this machine's settings as for `make run`, with the chosen model if there is one."""
    environ = environment()
    if model:
        environ = {**environ, "REMOVER": "local", "LOCAL_MODEL": model}
        environ.pop("LOCAL_MODEL_PATH", None)
    choose_model(environ, ROOT / environ.get("DATA_DIR", ".data") / "models")
    return Settings.from_env(environ, requires=("REMOVER",))


def _backdrop(path: Path, removal: Removal, megapixels: int) -> bytes:
    """Return the background picture, or raise CommandError if it cannot be read."""
    try:
        content = files.read(path, megapixels)
        removal.codec().preview(content)
    except OSError as error:
        raise CommandError(f"{files.shown(path)} cannot be read: {error.strerror}.") from error
    except PictureError as error:
        raise CommandError(f"{files.shown(path)}: {error.detail}") from error
    return content


def _end(report: Report, plan: Plan, reason: str, status: int) -> NoReturn:
    """End at once, without waiting for threads, but without leaving workers or incomplete files."""
    for sent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sent, signal.SIG_IGN)
    with files.no_writes():
        report.tell(reason)
        if report.done or report.failed:
            report.summarise(plan.skipped)
        for child in psutil.Process().children():
            child.kill()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
