"""The site as published by `python -m infra.site`, in the browser: bucket and endpoints on one origin."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app import site_policy
from infra.site.__main__ import main
from tests.browser.visitor import card, choose, picture, share
from tests.edge import Edge
from tests.gcs import GcsEmulator
from tests.objectcut import ObjectCut

BUCKET = "the-site"


@pytest.fixture
def edge(site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edge]:
    with GcsEmulator() as storage:
        storage.create_bucket(BUCKET)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", storage.url)
        assert main([f"gs://{BUCKET}"]) == 0
        with Edge(storage, BUCKET, site, {"Content-Security-Policy": site_policy(bucket=True)}) as running:
            yield running


def test_the_published_site_works_with_its_files_under_other_names(
    browser: Browser, edge: Edge, tmp_path: Path, provider: ObjectCut
) -> None:
    page = browser.new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url.removeprefix(edge.url)))
    page.goto(edge.url)
    choose(page, picture(tmp_path, "beach.jpg"))
    expect(card(page, "beach")).to_be_visible()
    page.reload()
    expect(card(page, "beach")).to_be_visible()
    share(page, picture(tmp_path, "hill.jpg"))
    expect(card(page, "hill")).to_be_visible()
    assert failed == []
    assert not {"/main.js", "/styles/base.css"} & set(loaded)
    page.close()
