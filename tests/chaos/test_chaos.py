"""Some seconds of chaos, tests of the model and the checks, and that a run leaves no process behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import psutil
import pytest
import requests

from infra.local import ROOT
from tests.chaos.calls import Answer, Caller
from tests.chaos.hosts import RestartableHost
from tests.chaos.model import Account, Broken, Kept, Sent
from tests.chaos.pictures import number_of, paint
from tests.integration.leaks import KEYS
from tests.tiers import extended

COMMAND = [sys.executable, "-m", "tests.chaos"]
SEED = "20260301"
PICTURE = paint(7, Random(1))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seconds", [10, *extended(60)])
def test_chaos_breaks_no_guarantee(seconds: int) -> None:
    options = ["--seed", SEED, "--minutes", str(seconds / 60), "--host", "app", "--store", "bucket"]
    run = subprocess.run([*COMMAND, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"seed {SEED}" in run.stdout


@pytest.mark.extended
def test_a_run_that_is_interrupted_leaves_nothing_running(tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    with output.open("wb") as file:
        options = ["--minutes", "5", "--host", "app", "--store", "bucket"]
        run = subprocess.Popen([*COMMAND, *options], cwd=ROOT, stdout=file, stderr=file)
    children: list[psutil.Process] = []
    deadline = time.monotonic() + 60
    while len(children) < 4:  # database, storage, the host's master and its worker
        assert run.poll() is None, output.read_text()
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.1)
        children = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(signal.SIGINT)
    assert run.wait(60) == 130, output.read_text()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


@pytest.mark.parametrize("number", range(0, 1 << 23, 123_457))
def test_a_pictures_number_is_readable_in_every_format(number: int) -> None:
    assert number_of(paint(number, Random(number)).content) == number


def record(record_id: str = "a", name: str = "cat", revision: int = 1) -> dict[str, Any]:
    width, height = PICTURE.size
    return {
        "record_id": record_id,
        "image_name": name,
        "revision": revision,
        "width": width,
        "height": height,
        "size": len(PICTURE.content),
    }


def listed(*records: dict[str, Any], used: int | None = None, user_id: str = "me") -> dict[str, Any]:
    used = len(records) if used is None else used
    return {"user_id": user_id, "used": used, "limit": 5, "records": list(records)}


def answered(status: int | None) -> Answer:
    return Answer("call", 0, 1, status)


@pytest.fixture
def account() -> Account:
    """An account with one picture whose upload was answered 201."""
    return Account("me", "", 5, kept={"a": Kept("a", Sent(PICTURE, "cat", "key"), "cat", firm=True)})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("lost", listed()),
        ("name", listed(record(name="dog"))),
        ("limit", listed(record(), used=6)),
        ("limit", listed(record(), used=0)),
        ("limit", listed(record(), record())),
        ("leaked", listed(record(), user_id="you")),
        ("mixed up", listed({**record(), "size": 1})),
        ("revision", listed(record(revision=2))),
        ("deleted", listed(record(), record("gone"))),
    ],
)
def test_a_list_that_breaks_a_guarantee_is_noticed(account: Account, kind: str, body: dict[str, Any]) -> None:
    account.deleted["gone"] = Sent(PICTURE, "cat")
    with pytest.raises(Broken) as broken:
        account.listed(body)
    assert broken.value.kind == kind


def test_only_confirmed_records_may_be_listed(account: Account) -> None:
    assert account.listed(listed(record())) == []
    assert account.listed(listed(record(), record("b"))) == [record("b")]
    with pytest.raises(Broken, match="nobody sent b"):
        account.adopt(record("b"), PICTURE.content)


def test_an_upload_without_an_answer_may_be_there_once_or_not(account: Account) -> None:
    account.end_upload(Sent(PICTURE, "dog"), answered(None), faulty=False)
    account.adopt(record("b", "dog"), PICTURE.content)
    account.listed(listed(record()))
    with pytest.raises(Broken, match="nobody sent c"):
        account.adopt(record("c", "dog"), PICTURE.content)


def test_a_refused_upload_may_not_be_there_unless_a_store_failed(account: Account) -> None:
    account.end_upload(Sent(PICTURE, "dog"), answered(502), faulty=False)
    assert account.doubts == []
    account.end_upload(Sent(PICTURE, "dog"), answered(503), faulty=True)
    assert len(account.doubts) == 1


def test_a_rename_or_deletion_without_an_answer_may_have_happened(account: Account) -> None:
    account.renamed(account.kept["a"], "dog", answered(None))
    account.listed(listed(record(name="dog")))
    account.listed(listed(record(name="cat")))
    account.removed(account.kept["a"], answered(503))
    account.listed(listed())


def test_a_touch_up_is_kept_if_it_was_answered_and_may_be_kept_if_it_was_not(account: Account) -> None:
    kept = account.kept["a"]
    account.touched_up(kept, 30, answered(None))
    account.listed(listed(record()))
    account.touched_up(kept, 60, answered(200))
    assert (kept.revision, kept.corners) == (2, {2: {60}})
    with pytest.raises(Broken, match="is at 1"):
        account.listed(listed(record()))
    account.touched_up(kept, 90, answered(503))
    account.listed(listed(record(revision=3)))
    assert (kept.revision, kept.corners[3]) == (3, {90})


def test_a_touch_up_that_is_refused_as_stale_has_lost_to_another(account: Account) -> None:
    kept = account.kept["a"]
    with pytest.raises(Broken, match="is not at 1"):
        account.touched_up(kept, 30, answered(412))
    account.touched_up(kept, 60, answered(503))
    account.touched_up(kept, 90, answered(412))
    assert (kept.revision, kept.corners) == (2, {2: {60}})


def test_a_limit_that_is_said_to_be_reached_too_early_is_noticed(account: Account) -> None:
    with pytest.raises(Broken, match="limit"):
        account.end_upload(Sent(PICTURE, "dog"), answered(409), faulty=False)


def test_the_provider_may_be_paid_again_for_pictures_that_are_neither_kept_nor_running(
    account: Account,
) -> None:
    new = Sent(paint(8, Random(1)), "dog", "another key")
    before = PICTURE.payments
    for sent in (new, account.kept["a"].sent):
        account.begin_upload(sent)
    assert (new.picture.payments, PICTURE.payments) == (1, before)
    account.end_upload(new, answered(None), faulty=False)
    account.begin_upload(new)
    assert new.picture.payments == 1


def test_the_log_is_searched_for_all_sent_data(tmp_path: Path) -> None:
    log = tmp_path / "host.log"
    host = RestartableHost("app", dict.fromkeys(KEYS, "the key of the host"), log)
    caller = Caller(host)
    caller.call("rename", "PUT", "/api/rename/1", "user.signature-1", json={"record_name": "a new name"})
    form = {"files": {"image": ("a file name", PICTURE.content)}, "data": {"name": "the name of it"}}
    upload = requests.Request("POST", "/api/upload", headers={"Idempotency-Key": "the key of it"}, **form)
    caller.hang_up("upload", upload, "user.signature-2", share=1, wait=0)
    names = ("a new name", "a file name", "the name of it")
    others = ("the key of the host", "the key of it", "signature-1", "signature-2")
    for leak in (*names, *others, str(PICTURE.content[:50])):
        log.write_text(f"before\n{leak}\n")
        assert len(host.leaks()) == 1, leak
    log.write_text("POST /api/upload 201")
    assert host.leaks() == []
