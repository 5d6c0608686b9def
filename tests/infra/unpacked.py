"""An unpacked bundle, with an environment of only its requirements."""

import contextlib
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from infra.local import ROOT
from tests.infra.test_bundle import made
from tests.ports import free_port

RUNTIME = "3.13"  # the functions' runtime on Google Cloud
PATIENCE = 60  # seconds
# Prints which local model the settings name, and how it is used.
USED = """
from common.removers.sources import sources
from common.settings import Settings
settings = Settings.from_env(requires=())
print(sources(settings.local_model, settings.local_model_path))
"""


@dataclass(frozen=True)
class Unpacked:
    """The bundle's root, and the programs of its environment."""

    root: Path
    programs: Path

    def command(self, program: str, *arguments: str) -> list[str]:
        return [str(self.programs / program), *arguments]

    def environ(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Return the settings with PATH and HOME, without this process's environment."""
        return {"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.root), **settings}

    def ends(self, target: str, settings: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Start a function that should fail, and return its end."""
        return subprocess.run(
            self.command("functions-framework", "--target", target, "--port", str(free_port())),
            cwd=self.root,
            env=self.environ({"FUNCTION_TARGET": target, **settings}),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


def unpacked(folder: Path, *options: str | Path) -> Unpacked:
    """Make a bundle with these options, unpack it and install its requirements."""
    root, environment = folder / "bundle", folder / "environment"
    with zipfile.ZipFile(made("--out", folder, *options)) as archive:
        archive.extractall(root)
    _install(environment, root / "requirements.txt")
    return Unpacked(root, environment / "bin")


def _install(environment: Path, requirements: Path) -> None:
    python = str(environment / "bin" / "python")
    uv = shutil.which("uv") or shutil.which(ROOT / ".venv/uv/bin/uv")
    if uv is None:
        _run(sys.executable, "-m", "venv", str(environment))
        _run(python, "-m", "pip", "install", "--quiet", "--requirement", str(requirements))
        return
    make = [uv, "venv", "--quiet", "--no-python-downloads", str(environment), "--python"]
    if subprocess.run([*make, RUNTIME], capture_output=True, check=False).returncode:
        _run(*make, sys.executable)  # this machine lacks that Python
    _run(uv, "pip", "install", "--quiet", "--python", python, "--requirement", str(requirements))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


@dataclass(frozen=True)
class Start:
    """A function to start: its bundle, target and settings."""

    bundle: Unpacked
    target: str
    settings: Mapping[str, str]

    def process(self, port: int, log: Path) -> "subprocess.Popen[bytes]":
        """Start it like Google does, but only for this machine."""
        options = ["--target", self.target, "--host", "127.0.0.1", "--port", str(port)]
        with log.open("wb") as output:
            return subprocess.Popen(
                self.bundle.command("functions-framework", *options),
                cwd=self.bundle.root,
                env=self.bundle.environ({"FUNCTION_TARGET": self.target, **self.settings}),
                stdout=output,
                stderr=output,
            )


@contextlib.contextmanager
def running(starts: Mapping[str, Start], logs: Path) -> Iterator[dict[str, str]]:
    """Run functions in parallel, and yield their addresses once all of them answer."""
    ports = {name: free_port() for name in starts}
    processes = []
    try:
        for name, start in starts.items():
            processes.append(start.process(ports[name], logs / f"{name}.log"))
        urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        for name, url in urls.items():
            _wait_for(url, logs / f"{name}.log")
        yield urls
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(PATIENCE)


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            requests.get(url, timeout=PATIENCE)
        except requests.ConnectionError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return
