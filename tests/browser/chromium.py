"""A Chromium for the browser tests: an installed one, else Playwright's own, else Debian's package.

`python -m tests.browser.chromium` prints where it is, installing one where it may.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ADVICE = (
    "The browser tests need Chromium, and none could be installed here: install your system's package"
    " (Debian: apt install chromium) or run `.venv/bin/playwright install chromium`, then run again."
)


class NoChromium(Exception):
    """There is no Chromium and none could be installed; the message says what to do."""


def find() -> Path:
    """Return the path of a Chromium, installing one if need be; raises NoChromium."""
    for look in (_installed, _from_playwright, _from_debian):
        path = look()
        if path is not None:
            return path
    raise NoChromium(_ADVICE)


def _installed() -> Path | None:
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return Path(found) if found else _playwrights_own()


def _playwrights_own() -> Path | None:
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _from_playwright() -> Path | None:
    print("Fetching a Chromium for the browser tests ...", file=sys.stderr, flush=True)
    _quietly(sys.executable, "-m", "playwright", "install", "chromium")
    return _playwrights_own()


def _from_debian() -> Path | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    _quietly("apt-get", "update", "-q")
    _quietly("apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core")
    return _installed()


def _quietly(*command: str) -> None:
    """Run a command whose failure shows in what it leaves behind."""
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


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
