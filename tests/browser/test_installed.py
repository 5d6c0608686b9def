"""The installed app: its manifest, its icons, and pictures that other apps share with it."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.visitor import card, picture, share
from tests.objectcut import ObjectCut


@pytest.fixture
def phone(browser: Browser, site: str, provider: ObjectCut) -> Iterator[BrowserContext]:
    """A visitor whose browser runs service workers."""
    context = browser.new_context(base_url=site)
    yield context
    context.close()


def test_the_page_can_be_installed(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto("/")
    session = phone.new_cdp_session(page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Some builds say so of the private window that each test has.
    assert {error["errorId"] for error in errors} <= {"in-incognito"}
    answer = page.request.get(found["url"])
    assert answer.headers["content-type"] == "application/manifest+json"
    assert "no-cache" in answer.headers["cache-control"]
    icons = [icon for icon in answer.json()["icons"] if icon["sizes"] != "any"]
    assert {icon.get("purpose", "any") for icon in icons} == {"any", "maskable"}
    for icon in icons:
        image = Image.open(io.BytesIO(page.request.get(icon["src"]).body()))
        assert (f"{image.width}x{image.height}", image.format) == (icon["sizes"], "PNG")


def test_pictures_that_another_app_shares_are_sent_at_once(phone: BrowserContext, tmp_path: Path) -> None:
    page = phone.new_page()
    page.goto("/")
    share(page, picture(tmp_path, "beach.jpg"), picture(tmp_path, "hill.jpg"))
    for name in ("beach", "hill"):
        expect(card(page, name)).to_be_visible()
    assert page.url == page.evaluate("() => `${location.origin}/`")
    page.reload()
    expect(page.get_by_text("2 of 5 used")).to_be_visible()


def test_the_service_worker_caches_nothing(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto("/")
    _wait_for_worker(page)
    page.reload()
    expect(page.get_by_text("No pictures yet")).to_be_visible()
    assert page.evaluate("() => navigator.serviceWorker.controller !== null")
    assert page.evaluate("() => caches.keys()") == []
    phone.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.reload()


def _wait_for_worker(page: Page) -> None:
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
