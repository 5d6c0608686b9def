"""A full disk under the embedded database of `python -m infra.local`."""

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest
import requests
from PIL import Image

from tests.integration.failing.guarantees import PATIENCE, SECRET, Guarantees
from tests.integration.hosts import TARGETS, Host, searched
from tests.local_run import Run, running
from tests.objectcut import ObjectCut
from tests.photos import encoded
from tests.ports import free_port

ROOM = 1_000_000  # remaining bytes, enough for some pictures


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True)
    if mount.returncode:
        pytest.skip("a small file system can only be mounted by root on Linux, where that is allowed")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def settings(small_disk: Path, provider: ObjectCut) -> dict[str, str]:
    return {
        "PORT": str(free_port()),
        "DATA_DIR": str(small_disk / "data"),
        "APP_SECRET_KEY": SECRET,
        "USER_LIMIT": "100",
        "X_RAPID_API_KEY": provider.key,
        "X_RAPID_API_HOST": provider.host,
    }


@pytest.fixture
def host(settings: dict[str, str], tmp_path: Path) -> Iterator[Host]:
    """The local host; its output is searched at the end."""
    ports = dict.fromkeys(TARGETS, int(settings["PORT"]))
    host = Host("local", ports, tmp_path / "output.txt", "image_background_remover")
    with searched(host, settings):
        yield host


@pytest.fixture
def run(host: Host, settings: dict[str, str]) -> Iterator[Run]:
    with running(settings, host.log.parent) as run:
        yield run


@pytest.fixture
def guarantees(run: Run, host: Host) -> Iterator[Guarantees]:
    options = run.child("secantusd-py").cmdline()
    uri = f"mongodb://127.0.0.1:{options[options.index('--port') + 1]}/?directConnection=true"
    with pymongo.MongoClient[dict[str, Any]](uri) as mongo:
        yield Guarantees(host, mongo)


def noise() -> bytes:
    """Return the file of an incompressible picture."""
    return encoded(Image.frombytes("RGB", (200, 150), random.randbytes(200 * 150 * 3)))


@pytest.mark.extended
def test_a_full_disk_refuses_uploads_and_loses_none_and_room_again_takes_them(
    small_disk: Path, run: Run, guarantees: Guarantees
) -> None:
    client, database = guarantees.client(), run.child("secantusd-py")
    for _ in range(2):
        guarantees.upload(client, noise())
    disk = os.statvfs(small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(disk.f_bavail * disk.f_bsize - ROOM))

    statuses: list[int] = []
    while len(statuses) < 60 and 503 not in statuses:
        answer = guarantees.upload(client, noise())
        statuses.append(answer.status_code if answer is not None else 0)

    assert set(statuses) == {201, 503}
    database.wait(PATIENCE)  # then it is restarted without success
    assert requests.get(f"{run.url}/api/health", timeout=PATIENCE).status_code == 503
    ballast.unlink()
    guarantees.check()
    assert run.output.read_text().count("The database fails") == 1
    assert len(guarantees.all_kept) == 2 + statuses.count(201) + 1
