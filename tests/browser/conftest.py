"""A real browser on the running local host, with the stand-in as its provider."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.browser.chromium import find
from tests.local_run import ROOT, running
from tests.objectcut import ObjectCut
from tests.ports import free_port
from tests.tiers import extended

OUTPUT = ROOT / "test-output" / "browser"
# Switch off Chromium's own requests, because tests check that the page contacts nobody else.
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass(frozen=True)
class Look:
    """The screen and colours of a visitor."""

    name: str
    viewport: ViewportSize
    scheme: str


DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)
DESKTOP_LIGHT, PHONE_DARK = Look("desktop-light", DESKTOP, "light"), Look("phone-dark", PHONE, "dark")
OTHER_LOOKS = [Look("desktop-dark", DESKTOP, "dark"), Look("phone-light", PHONE, "light")]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=list(OPTIONS))


@pytest.fixture(scope="session")
def site(running_provider: ObjectCut, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local host with a limit of five pictures per user."""
    folder = tmp_path_factory.mktemp("site")
    environ = {
        "PORT": str(free_port()),
        "DATA_DIR": str(folder / "data"),
        "USER_LIMIT": "5",
        "X_RAPID_API_KEY": running_provider.key,
        "X_RAPID_API_HOST": running_provider.host,
    }
    with running(environ, folder) as run:
        yield run.url


# For a test of what neither size nor colours change.
ONE_LOOK = pytest.mark.parametrize("look", [DESKTOP_LIGHT], ids=lambda look: look.name, indirect=True)


@pytest.fixture(params=[DESKTOP_LIGHT, *extended(PHONE_DARK)], ids=lambda look: look.name)
def look(request: pytest.FixtureRequest) -> Look:
    chosen: Look = request.param
    return chosen


@pytest.fixture
def context(browser: Browser, site: str, look: Look) -> Iterator[BrowserContext]:
    """A new visitor."""
    context = browser.new_context(
        base_url=site,
        viewport=look.viewport,
        color_scheme="dark" if look.scheme == "dark" else "light",
        has_touch=look.viewport is PHONE,
        reduced_motion="reduce",
        accept_downloads=True,
        service_workers="block",  # page.route does not see all requests of a page with a service worker
        locale="en-GB",
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, site: str, provider: ObjectCut) -> Iterator[Page]:
    """The opened site; nothing on it may fail, be blocked or contact another host."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if _is_complaint(said.text) else None)
    page.on("request", lambda sent: complaints.append(sent.url) if _is_foreign(sent.url, site) else None)
    page.goto("/")
    yield page
    assert complaints == []


def _is_complaint(text: str) -> bool:
    # The browser logs every answer of 400 and above, and some tests are about those.
    return "Content Security Policy" in text or "Uncaught" in text or "TypeError" in text


def _is_foreign(url: str, site: str) -> bool:
    return not url.startswith((site, "blob:", "data:"))


@pytest.fixture
def shot(page: Page, look: Look, request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """Save a screenshot for people to look at."""

    def keep(state: str) -> Path:
        path = OUTPUT / f"{state}-{look.name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    return keep
