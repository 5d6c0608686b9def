"""WebKit through its WebDriver: Debian's packages `webkit2gtk-driver` and `xvfb`."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.ports import free_port

PROGRAMS = {"WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"}
_SECONDS = 60


def missing() -> list[str]:
    """Return the missing packages."""
    return [package for program, package in PROGRAMS.items() if not shutil.which(program)]


class WebKit:
    """A window of WebKit: `with running() as webkit: webkit.open(url)`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._path = ""
        session = self._call("POST", "/session", {"capabilities": {}})
        self._path = f"/session/{session['sessionId']}"

    def open(self, url: str) -> None:
        self._call("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """Return the result of a script."""
        return self._call("POST", "/execute/sync", {"script": script, "args": arguments})

    def wait(self, script: str) -> Any:
        """Wait until a script returns a value, and return it."""
        return _until(lambda: self.run(script), script)

    def click(self, name: str) -> None:
        """Click the only visible button with this text, once it is visible."""
        [shown] = _until(lambda: self._shown(f"//button[normalize-space()={name!r}]"), name)
        self._call("POST", f"/element/{shown}/click", {})

    def _shown(self, path: str) -> list[str]:
        found = self._call("POST", "/elements", {"using": "xpath", "value": path})
        elements = [element for each in found for element in each.values()]
        return [element for element in elements if self._call("GET", f"/element/{element}/displayed", None)]

    def choose(self, selector: str, file: Path) -> None:
        """Put a file into an input."""
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        [element] = found.values()
        self._call("POST", f"/element/{element}/value", {"text": str(file)})

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the mouse at one point of the window, and release it at another."""
        places = [
            {"type": "pointerMove", "x": round(a + (b - a) * share), "y": round(c + (d - c) * share)}
            for (a, c), (b, d) in [(start, end)]
            for share in (0.25, 0.5, 0.75, 1)
        ]
        actions = [
            {"type": "pointerMove", "x": start[0], "y": start[1]},
            {"type": "pointerDown", "button": 0},
            *places,
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": actions}
        self._call("POST", "/actions", {"actions": [mouse]})

    def cookies(self) -> dict[str, str]:
        return {each["name"]: each["value"] for each in self._call("GET", "/cookie", None)}

    def close(self) -> None:
        self._call("DELETE", "", None)

    def _call(self, method: str, path: str, body: object) -> Any:
        answer = requests.request(method, self._url + self._path + path, json=body, timeout=_SECONDS)
        value = answer.json()["value"]
        assert answer.ok, f"{path}: {value}"
        return value


@contextmanager
def running() -> Iterator[WebKit]:
    """Start WebKit on a new display."""
    port = free_port()
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert display.stdout
    name = f":{display.stdout.readline().decode().strip()}"
    driver = subprocess.Popen(
        ["WebKitWebDriver", f"--port={port}"], env={**os.environ, "DISPLAY": name, "GDK_BACKEND": "x11"}
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _until(lambda: _is_up(url), "the driver's start")
        webkit = WebKit(url)
        yield webkit
        webkit.close()
    finally:
        for process in (driver, display):
            process.terminate()
            process.wait(_SECONDS)
        display.stdout.close()


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/status", timeout=_SECONDS).ok
    except requests.ConnectionError:
        return False


def _until(ask: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + _SECONDS
    while not (found := ask()):
        assert time.monotonic() < deadline, f"WebKit: {what} did not come"
        time.sleep(0.1)
    return found
