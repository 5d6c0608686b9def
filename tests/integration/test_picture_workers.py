"""Pictures that kill their worker, over HTTP on both hosts."""

import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from common.imaging.parallel import processors
from infra.local import ROOT
from tests.integration.client import Client
from tests.integration.hosts import Host, running_app, running_functions
from tests.photos import photo
from tests.tiers import extended
from tests.unit.imaging.hostile_pictures import costly_cases

PLANTED = ROOT / "tests" / "planted"
PICTURE = photo(64, 48, "JPEG")
HOSTS = {"functions": running_functions, "app": running_app}
SECONDS = 8  # for a picture of no size; its worker is killed after at most half of this


@pytest.fixture(scope="module", params=["functions", *extended("app")])
def host(
    request: pytest.FixtureRequest, environ: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """Yield a host whose picture workers have faulty decoders."""
    own = {
        "MONGO_DB": f"workers_{request.param}",
        "PYTHONPATH": str(PLANTED),
        "USER_LIMIT": "2",
        "MAX_MEGAPIXELS": "50",
    }
    log = tmp_path_factory.mktemp(request.param) / "output.txt"
    with HOSTS[request.param]({**environ, **own}, log) as host:
        yield host


def assert_unreadable(client: Client, content: bytes) -> None:
    begun = time.monotonic()
    response = client.upload(content)
    assert (response.status_code, response.json()["code"]) == (422, "unreadable_image")
    assert time.monotonic() - begun < SECONDS


def assert_served(client: Client) -> None:
    """A picture is kept and deleted again, so every slot of this user is free."""
    for record in [client.keep(PICTURE), client.keep(photo(48, 64))]:
        assert client.call("DELETE", f"/api/delete/{record['record_id']}").status_code == 200


@pytest.mark.parametrize("fault", ["hang", "eat", "crash", *extended("burn", "exit", "bug")])
def test_a_faulty_decoder_costs_its_picture_alone_and_frees_the_place(host: Host, fault: str) -> None:
    client = Client(host)

    assert_unreadable(client, PICTURE + f"planted: {fault}".encode())

    assert client.list()["used"] == 0
    assert_served(client)


def test_others_are_served_while_decoders_fail(host: Host) -> None:
    statuses: list[int] = []

    def spoil() -> None:
        spoiler = Client(host)
        for fault in ("eat", "burn", "crash"):
            statuses.append(spoiler.upload(PICTURE + f"planted: {fault}".encode()).status_code)

    thread = threading.Thread(target=spoil)
    thread.start()
    client, waits = Client(host), []
    while thread.is_alive():
        begun = time.monotonic()
        assert client.call("GET", "/api/health").status_code == 200
        waits.append(time.monotonic() - begun)
        assert_served(client)

    assert statuses == [422] * 3
    assert max(waits) < 2


@pytest.mark.parametrize(
    "content",
    [
        costly_cases.grid_of_grids(16),
        costly_cases.of_large_configurations(10, 254, 1),
        costly_cases.of_empty_extents(3_000, 1 << 19),
        costly_cases.nested_frames(1_200, 0),
        costly_cases.of_many_tiles(16_384),
    ],
    ids=["grid of grids", "configurations", "empty extents", "nested frames", "tiles"],
)
def test_a_costly_picture_is_unreadable(host: Host, content: bytes) -> None:
    client = Client(host)

    assert_unreadable(client, content)

    assert_served(client)


def test_no_zombie_and_no_more_workers_than_processors_are_left(host: Host) -> None:
    database = f"workers_{host.name}"
    left = [process for process in psutil.process_iter() if _is_child_at(process, database)]
    workers = [process for process in left if "common.imaging.jobs" in process.cmdline()]

    assert [process for process in left if process.status() == psutil.STATUS_ZOMBIE] == []
    assert 1 <= len(workers) <= processors()


def _is_child_at(process: psutil.Process, database: str) -> bool:
    """Tell whether the parent of a process belongs to the host with this database."""
    try:
        parent = process.parent()
        return parent is not None and parent.environ().get("MONGO_DB") == database
    except psutil.Error:
        return False


def test_the_log_names_the_end_of_a_worker(host: Host) -> None:
    Client(host).upload(PICTURE + b"planted: crash")

    assert "SIGSEGV" in Path(host.log).read_text()
