"""The command line: arguments, credentials and progress."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra import ROOT
from infra.progress import Progress
from tests.integration.publish.sites import Site
from tests.terminal import Terminal


def run(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GOOGLE_", "STORAGE_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "infra.site", *arguments],
        cwd=ROOT,
        env={**inherited, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_publishes_and_is_quiet_without_a_terminal(site: Site) -> None:
    done = run(f"gs://{site.bucket}", "--folder", str(site.folder), STORAGE_EMULATOR_HOST=site.gcs.url)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Published: uploaded 11, ")


def test_missing_credentials_are_reported_in_one_line(tmp_path: Path) -> None:
    done = run("gs://some-bucket", "--folder", str(tmp_path), HOME=str(tmp_path), NO_GCE_CHECK="true")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path} is not a site: it has no index.html.\n"

    tmp_path.joinpath("index.html").touch()
    done = run("gs://some-bucket", "--folder", str(tmp_path), HOME=str(tmp_path), NO_GCE_CHECK="true")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("There are no usable Google Cloud credentials here: run `gcloud auth")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "gs://BUCKET"),
        (["some-bucket"], "is not gs:// and the name of a bucket"),
        (["gs://some-bucket/folder"], "is not gs:// and the name of a bucket"),
        (["gs://some-bucket", "--timeout", "0"], "is not a number from 1 to 3600"),
        (["gs://some-bucket", "--api-base", "/api"], "is not a URL like https://example.com/api"),
    ],
)
def test_invalid_arguments_are_refused(arguments: list[str], told: str) -> None:
    done = run(*arguments)

    assert done.returncode == 2
    assert told in done.stderr


def test_help_names_every_option() -> None:
    done = run("--help")

    assert done.returncode == 0
    for option in ("gs://BUCKET", "--dry-run", "--api-base", "--folder", "--timeout"):
        assert option in done.stdout


def test_a_terminal_shows_the_progress_and_is_left_clean() -> None:
    terminal = Terminal()
    with Progress(4, terminal) as progress:
        progress.advance("a.js")
        progress.advance("b.js")

    lines = terminal.getvalue().split("\r\x1b[K")
    assert lines[-2:] == ["[###############               ] 2/4 b.js", ""]


def test_no_progress_is_shown_elsewhere_or_without_work() -> None:
    terminal, file = Terminal(), io.StringIO()
    with Progress(1, file) as progress, Progress(0, terminal):
        progress.advance("a.js")

    assert (terminal.getvalue(), file.getvalue()) == ("", "")
