"""After a run dies, visitors see the old site or the new one, and the next run finishes."""

import contextlib
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from google.api_core.exceptions import Forbidden
from google.cloud import storage

from infra import ROOT
from tests.gcs import FailingWay
from tests.integration.publish.sites import REWORKED, VERSION, Capture, Site
from tests.tiers import one_in

REFUSED = Forbidden("no")  # type: ignore[no-untyped-call]


class Killed(BaseException):
    """Simulates the end of the process: no code catches it."""


def fail(
    monkeypatch: pytest.MonkeyPatch, method: str, calls: range, error: BaseException | type[BaseException]
) -> None:
    """Make these calls of a method of the client's objects raise the error."""
    real, lock, numbers = getattr(storage.Blob, method), threading.Lock(), itertools.count()

    def counted(*arguments: Any, **options: Any) -> Any:
        with lock:
            number = next(numbers)
        if number in calls:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(storage.Blob, method, counted)


@pytest.fixture
def reworked(new_site: Callable[[str], Site]) -> Site:
    """The reworked site, published to an empty bucket."""
    site = new_site("reworked")
    site.change(REWORKED)
    assert site.publish() == 0
    return site


@pytest.mark.parametrize("at", one_in(4, *range(9)))
@pytest.mark.parametrize(("later", "error"), [(99, Killed), (1, REFUSED)], ids=["killed", "refused"])
def test_a_run_that_dies_at_any_upload_leaves_the_old_site_and_the_next_one_finishes(
    site: Site, reworked: Site, monkeypatch: pytest.MonkeyPatch, at: int, later: int, error: Any
) -> None:
    site.publish()
    old, objects = site.loaded(), set(site.objects())
    old_version = {name for name in objects if VERSION.match(name)}
    site.change(REWORKED)
    with monkeypatch.context() as patched:
        fail(patched, "upload_from_string", range(at, at + later), error)
        with contextlib.suppress(Killed):
            assert site.publish() == 1

    assert site.loaded() == old
    assert set(site.objects()) >= objects  # a run that fails deletes nothing
    assert site.loaded("404.html")
    assert site.publish() == 0
    assert site.loaded() == reworked.loaded()
    assert set(site.objects()) == set(reworked.objects()) | old_version


def test_these_are_all_the_uploads(site: Site, capsys: Capture) -> None:
    site.publish()
    site.change(REWORKED)
    capsys.readouterr()
    site.publish()
    assert capsys.readouterr().out.startswith("Published: uploaded 9, ")


@pytest.mark.parametrize("at", one_in(3, *range(7)))
def test_a_run_that_dies_while_deleting_leaves_the_new_site_and_the_next_one_finishes(
    site: Site, reworked: Site, monkeypatch: pytest.MonkeyPatch, capsys: Capture, at: int
) -> None:
    site.publish()
    site.change({"late.js": "export const late = 1;"})
    site.publish()
    kept = {name for name in site.current() if VERSION.match(name)}
    site.change(REWORKED)
    with monkeypatch.context() as patched:
        fail(patched, "delete", range(at, 99), REFUSED)
        assert site.publish() == 1

    assert "The new site is up; run again to delete" in capsys.readouterr().err
    assert site.loaded() == reworked.loaded()
    assert len(site.objects()) == len(reworked.objects()) + len(kept) + 7 - at
    assert site.publish() == 0
    assert set(site.objects()) == set(reworked.objects()) | kept


def test_ctrl_c_ends_the_run_in_a_line(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    fail(monkeypatch, "upload_from_string", range(3, 99), KeyboardInterrupt)

    assert site.publish() == 130
    assert capsys.readouterr().err == "Stopped. The site still works; run again to finish.\n"


def test_a_killed_process_leaves_the_old_site(site: Site) -> None:
    site.publish()
    old = site.loaded()
    site.change(REWORKED)
    with FailingWay(after=3, to=site.gcs.url) as server:
        command = [sys.executable, "-m", "infra.site", f"gs://{site.bucket}", "--folder", str(site.folder)]
        environ = {**os.environ, "STORAGE_EMULATOR_HOST": server.url}
        process = subprocess.Popen(command, cwd=ROOT, env=environ)
        assert server.reached.wait(30)
        process.kill()
        process.wait()

    assert site.loaded() == old
    assert site.publish() == 0
    assert site.loaded() != old
