"""A Chromium for the browser tests: an installed one, else Playwright's own, else Debian's package.

`python -m tests.browser.chromium` prints its path, and installs one if necessary.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from playwright.sync_api import sync_playwright

# Debian's Chromium without windows opens a page in a third of the processor time.
_SHELL = "chromium-headless-shell"
_NAMES = (_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_START_SECONDS = 60
_ADVICE = (
    "The browser tests need a Chromium that starts, and none could be installed: install your system's"
    " package (Debian: apt install chromium) or run `.venv/bin/playwright install --with-deps chromium`."
)


class NoChromium(Exception):
    """No Chromium starts, and none could be installed; the message says what to do."""


def find() -> Path:
    """Return the path of a Chromium that starts, installing one if necessary; raises NoChromium."""
    for path in _candidates():
        if starts(path):
            return path
    raise NoChromium(_ADVICE)


def _candidates() -> Iterator[Path]:
    """Yield the Chromiums of this machine, then install further ones in turn."""
    yield from _installed()
    yield from _playwrights_own()
    print("Fetching a Chromium for the browser tests ...", file=sys.stderr, flush=True)
    _install(sys.executable, "-m", "playwright", "install", "chromium")
    yield from _playwrights_own()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install("apt-get", "update")
        for package in (_SHELL, "chromium"):
            _install("apt-get", "install", "-y", "--no-install-recommends", package, "fonts-dejavu-core")
            yield from _installed()


def starts(path: Path) -> bool:
    """Tell whether this Chromium runs; it may lack libraries."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank")
    try:
        return _call(path, *options, output=subprocess.DEVNULL, timeout=_START_SECONDS) == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _installed() -> list[Path]:
    return [Path(path) for path in map(shutil.which, _NAMES) if path]


def _playwrights_own() -> list[Path]:
    with sync_playwright() as playwright:
        return [Path(playwright.chromium.executable_path)]


def _install(*command: str) -> None:
    """Run an installer, with its progress on a terminal; a later start shows whether it succeeded."""
    _call(*command, output=sys.stderr if sys.stderr.isatty() else subprocess.DEVNULL)


def _call(*command: str | Path, output: int | TextIO, timeout: float | None = None) -> int:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        timeout=timeout,
        check=False,
    ).returncode


def main() -> int:
    """Print the path of a Chromium."""
    try:
        print(find())
    except NoChromium as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
