"""The choice of a Chromium for the browser tests: the first that starts, in order of search."""

import os
import sys
from pathlib import Path

import pytest

from tests.browser import chromium

WORKS = "#!/bin/sh\nexit 0\n"
LACKS_A_LIBRARY = "#!/bin/sh\necho 'error while loading shared libraries' >&2\nexit 127\n"


class Machine:
    """A machine with only these programs, and installers that install what the test says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder / "bin"
        self._folder.mkdir()
        self.playwrights_own = folder / "playwright" / "chrome"
        self.playwrights_own.parent.mkdir()
        self.installers: dict[str, tuple[Path, str]] = {}
        self.calls: list[str] = []
        monkeypatch.setenv("PATH", str(self._folder))
        monkeypatch.setattr(chromium, "_playwrights_own", lambda: [self.playwrights_own])
        monkeypatch.setattr(chromium, "_install", self._install)
        monkeypatch.setattr(os, "geteuid", lambda: 0)

    def add(self, name: str, script: str) -> Path:
        return _place(self._folder / name, script)

    def _install(self, *command: str) -> None:
        self.calls.append(" ".join(command[:2]))
        for place, script in filter(None, [self.installers.get(" ".join(command[:2]))]):
            _place(place, script)


def _place(path: Path, script: str) -> Path:
    path.write_text(script)
    path.chmod(0o700)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_an_installed_one_that_starts_is_used_and_nothing_is_installed(machine: Machine) -> None:
    installed = machine.add("chromium", WORKS)

    assert (chromium.find(), machine.calls) == (installed, [])


def test_the_one_without_windows_is_preferred(machine: Machine) -> None:
    machine.add("chromium", WORKS)
    shell = machine.add("chromium-headless-shell", WORKS)

    assert chromium.find() == shell


def test_an_installed_one_whose_libraries_are_missing_is_passed_over(machine: Machine) -> None:
    machine.add("chromium", LACKS_A_LIBRARY)
    other = machine.add("google-chrome", WORKS)

    assert (chromium.find(), machine.calls) == (other, [])


def test_one_that_playwright_fetched_before_comes_after_the_installed_ones(machine: Machine) -> None:
    machine.add("chromium", LACKS_A_LIBRARY)
    _place(machine.playwrights_own, WORKS)

    assert (chromium.find(), machine.calls) == (machine.playwrights_own, [])


def test_if_none_starts_playwright_fetches_its_own(machine: Machine) -> None:
    machine.add("apt-get", WORKS)
    machine.installers[f"{sys.executable} -m"] = (machine.playwrights_own, WORKS)

    assert (chromium.find(), machine.calls) == (machine.playwrights_own, [f"{sys.executable} -m"])


def test_if_the_fetched_one_does_not_start_either_the_systems_package_is_installed(
    machine: Machine, tmp_path: Path
) -> None:
    machine.add("apt-get", WORKS)
    machine.installers[f"{sys.executable} -m"] = (machine.playwrights_own, LACKS_A_LIBRARY)
    package = tmp_path / "bin" / "chromium"
    machine.installers["apt-get install"] = (package, WORKS)

    assert chromium.find() == package
    assert machine.calls == [f"{sys.executable} -m", "apt-get update", "apt-get install"]


def test_if_nothing_starts_the_command_says_in_one_line_what_to_install(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.add("chromium", LACKS_A_LIBRARY)

    assert chromium.main() == 1

    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1].startswith("The browser tests need a Chromium that starts")
    assert "apt install chromium" in said.err.splitlines()[-1]


def test_a_program_that_does_not_end_does_not_start(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "_START_SECONDS", 0.1)

    assert not chromium.starts(machine.add("chromium", "#!/bin/sh\nwhile :; do :; done\n"))


def test_the_one_that_the_browser_tests_use_starts() -> None:
    assert chromium.starts(chromium.find())
