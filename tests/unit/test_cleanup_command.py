"""`python cleanup.py`, as a CronJob and compose.yaml run it."""

import sys

import pytest

import cleanup
from common import bootstrap
from common.domain.models import CleanupReport


class Backlog:
    """A cleanup that needs several calls."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def clean_up(self) -> CleanupReport:
        self.left -= 1
        return CleanupReport(1, 0, 0, more=self.left > 0)


@pytest.mark.parametrize(("arguments", "calls"), [([], 1), (["--until-done"], 3)])
def test_it_goes_on_while_there_is_more_only_if_told_to(
    arguments: list[str], calls: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONGO_URI", "mongodb://x")
    monkeypatch.setattr(sys, "argv", ["cleanup.py", *arguments])
    backlog = Backlog(3)
    parts = type("Parts", (), {"retention": staticmethod(lambda: backlog)})
    monkeypatch.setattr(bootstrap, "build", lambda _: parts)

    assert cleanup.main() == 0
    assert len(capsys.readouterr().out.splitlines()) == calls
