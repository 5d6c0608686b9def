"""The container's image, built by buildah, and its containers with a read-only root file system."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from infra.local import ROOT
from tests.infra import base_image, dockerfile

_BASE = "localhost/base:tests"
_BASE_FILE = "FROM scratch\nARG ARCHIVE\nADD ${ARCHIVE} /\nRUN ln -s /usr/bin/python3 /usr/local/bin/python\n"
_DRIVERS = ("overlay", "vfs")  # the second one copies everything at each step, but works everywhere
_PIP = "[global]\nno-index = true\nfind-links = /wheels\n"
# Run in a new mount namespace, which ends with the process: make the image's root file system read-only and
# /tmp empty, as in a pod, and then run the command as the image's user.
_CONTAINER = """set -e
root=$1 user=$2; shift 2
mount --bind "$root" "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root" "$root"
exec chroot --userspec="$user" --groups= "$root" "$@"
"""


class Store:
    """Images in a temporary folder; a context manager."""

    def __enter__(self) -> Self:
        """Make the base image."""
        archive = base_image.base()
        self._folder = Path(tempfile.mkdtemp(prefix="images-"))
        self._driver = next(driver for driver in _DRIVERS if self._works(driver))
        (self._folder / "Base").write_text(_BASE_FILE)
        (self._folder / "pip.conf").write_text(_PIP)
        self._build(_BASE, self._folder / "Base", archive.parent, f"--build-arg=ARCHIVE={archive.name}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._buildah("rm", "--all")
        shutil.rmtree(self._folder)

    def build(self, name: str, **arguments: str) -> "Image":
        """Build the Dockerfile, installing only from a folder of wheels."""
        given = {"PYTHON_IMAGE": _BASE, **arguments}
        options = [f"--build-arg={key}={value}" for key, value in given.items()]
        options += [f"--volume={base_image.wheels()}:/wheels:ro"]
        options += [f"--volume={self._folder}/pip.conf:/etc/pip.conf:ro"]
        self._build(f"localhost/{name}", dockerfile.PATH, ROOT, *options)
        config = json.loads(self._buildah("inspect", "--type=image", f"localhost/{name}"))["Docker"]["config"]
        container = self._buildah("from", "--pull-never", f"localhost/{name}").strip()
        return Image(Path(self._buildah("mount", container).strip()), config)

    def _build(self, name: str, file: Path, context: Path, *options: str) -> None:
        quietly = ["--quiet", "--isolation=chroot", "--format=docker", "--pull-never", *options]
        self._buildah("build", *quietly, f"--tag={name}", f"--file={file}", str(context))

    def _works(self, driver: str) -> bool:
        return self._run(driver, "info").returncode == 0

    def _buildah(self, command: str, *options: str) -> str:
        done = self._run(self._driver, command, *options)
        assert done.returncode == 0, f"buildah {command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def _run(self, driver: str, command: str, *options: str) -> "subprocess.CompletedProcess[str]":
        root = self._folder / driver
        storage = [f"--root={root}", f"--runroot={root}-run", f"--storage-driver={driver}"]
        return subprocess.run(
            ["buildah", *storage, command, *options], capture_output=True, text=True, check=False
        )


class Image:
    """A built image: its files and the start of its containers."""

    def __init__(self, root: Path, config: dict[str, Any]) -> None:
        self.root = root
        self.command: list[str] = config["Cmd"]
        self.health_command: list[str] = config["Healthcheck"]["Test"][1:]
        self._user: str = config["User"]
        self._environ: list[str] = config["Env"]
        self._folder: str = config["WorkingDir"]

    def files(self, folder: str) -> set[str]:
        """Return the paths of the files below a folder of the image."""
        top = self.root / folder.strip("/")
        return {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}

    def start(
        self, command: list[str], environ: dict[str, str], log: Path, user: str = ""
    ) -> "subprocess.Popen[bytes]":
        """Start a container in this machine's network, as the image's user or another."""
        variables = [*self._environ, *(f"{name}={value}" for name, value in environ.items())]
        inside = ["env", "--ignore-environment", f"--chdir={self._folder}", *variables, *command]
        unshare = ["unshare", "--mount", "--propagation=private", "sh", "-c", _CONTAINER, "sh"]
        with log.open("wb") as output:
            return subprocess.Popen(
                [*unshare, str(self.root), user or self._user, *inside], stdout=output, stderr=output
            )
