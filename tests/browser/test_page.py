"""The page: states, keyboard, accessibility, size, and use without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests import objectcut_behaviours as behaviours
from tests.browser.conftest import DESKTOP_LIGHT, OTHER_LOOKS, OUTPUT, PHONE_DARK
from tests.browser.visitor import button, card, choose, keep, picture, press, refuse, row, tab_to
from tests.objectcut import ObjectCut
from tests.tiers import extended, one_in

Visitor = Callable[[Page, Path, ObjectCut], None]
SERIOUS = {"serious", "critical"}


def empty(page: Page, folder: Path, provider: ObjectCut) -> None:
    expect(page.get_by_text("No pictures yet")).to_be_visible()


def queued(page: Page, folder: Path, provider: ObjectCut) -> None:
    provider.script(behaviours.fails("001"))
    choose(page, picture(folder, "failing.jpg"))
    expect(row(page, "failing")).to_contain_text("Failed")
    provider.always(behaviours.slowly(20))
    choose(page, *(picture(folder, f"photo-{number}.jpg") for number in range(3)))
    expect(row(page, "photo-2")).to_contain_text("Waiting")


def listed(page: Page, folder: Path, provider: ObjectCut) -> None:
    keep(page, folder, "one", "two", "a rather long name that has to be cut or wrapped somewhere in its card")
    page.get_by_role("slider", name="cut-out of two").fill("50")
    button(card(page, "one"), "Black").click()


def zoomed(page: Page, folder: Path, provider: ObjectCut) -> None:
    keep(page, folder, "one")
    button(card(page, "one"), "Zoom").click()
    expect(page.get_by_role("dialog").locator("img")).to_be_visible()


def renaming(page: Page, folder: Path, provider: ObjectCut) -> None:
    keep(page, folder, "one")
    button(card(page, "one"), "Rename").click()


def selecting(page: Page, folder: Path, provider: ObjectCut) -> None:
    keep(page, folder, "one", "two", "three")
    card(page, "two").get_by_label("Select").check()


def editing(page: Page, folder: Path, provider: ObjectCut) -> None:
    keep(page, folder, "one")
    button(card(page, "one"), "Touch up").click()
    canvas = page.get_by_role("application", name="Picture under edit")
    expect(canvas).to_be_focused()
    canvas.click()
    expect(button(page, "Undo")).to_have_attribute("aria-disabled", "false")
    button(page, "Cancel").click()
    expect(button(page, "Discard changes")).to_be_visible()


def framing(page: Page, folder: Path, provider: ObjectCut) -> None:
    keep(page, folder, "one")
    button(card(page, "one"), "Frame").click()
    button(page, "Marketplace").click()
    expect(page.get_by_role("link", name="Download", exact=True)).to_have_attribute(
        "href", re.compile("^blob:")
    )


def framing_freely(page: Page, folder: Path, provider: ObjectCut) -> None:
    """Show every field of the dialog."""
    framing(page, folder, provider)
    button(page, "Free").click()
    button(page, "Gradient").click()
    page.get_by_role("dialog").get_by_label("Format").select_option(label="JPEG")
    expect(page.get_by_label("Quality")).to_be_visible()


def choosing_a_backdrop(page: Page, folder: Path, provider: ObjectCut) -> None:
    framing(page, folder, provider)
    button(page.get_by_role("dialog"), "Picture").click()
    expect(page.get_by_role("dialog", name="Choose a backdrop picture")).to_be_visible()


def keeping_the_background(page: Page, folder: Path, provider: ObjectCut) -> None:
    page.get_by_role("radio", name="Keep the background").check()
    provider.always(behaviours.slowly(20))
    choose(page, picture(folder, "one.jpg"))
    expect(row(page, "one")).to_contain_text("Removing the subject")


def undoing(page: Page, folder: Path, provider: ObjectCut) -> None:
    keep(page, folder, "one", "two")
    button(card(page, "one"), "Delete").click()
    expect(button(page, "Undo")).to_be_visible()


def full(page: Page, folder: Path, provider: ObjectCut) -> None:
    keep(page, folder, "one", "two", "three", "four", "five")
    choose(page, picture(folder, "six.jpg"))
    expect(row(page, "six")).to_contain_text("Limit reached")


def offline(page: Page, folder: Path, provider: ObjectCut) -> None:
    expect(page.get_by_text("No pictures yet")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("offline").first).to_be_visible()


def unreachable(page: Page, folder: Path, provider: ObjectCut) -> None:
    refuse(page, "**/api/list", 503)
    page.reload()
    expect(page.get_by_text("Your pictures could not be loaded.")).to_be_visible()


STATES: list[Visitor] = [
    *one_in(
        2,
        empty,
        queued,
        listed,
        zoomed,
        editing,
        renaming,
        framing,
        selecting,
        undoing,
        full,
        offline,
        unreachable,
    ),
    *extended(framing_freely, choosing_a_backdrop, keeping_the_background),
]


@pytest.mark.parametrize(
    "look", [PHONE_DARK, *extended(DESKTOP_LIGHT, *OTHER_LOOKS)], ids=lambda look: look.name, indirect=True
)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_state_fits_and_is_accessible(
    page: Page, tmp_path: Path, provider: ObjectCut, shot: Callable[[str], Path], state: Visitor
) -> None:
    state(page, tmp_path, provider)
    shot(state.__name__)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in SERIOUS] == []


def test_everything_can_be_done_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    # Playwright catches file choosers after the first listener, but does not wait until that takes effect.
    page.on("filechooser", lambda _: None)
    tab_to(page, button(page, "Choose pictures"))
    with page.expect_file_chooser() as chooser:
        press(page, "Enter")
    chooser.value.set_files([picture(tmp_path, f"{name}.jpg") for name in ("beach", "hill", "wood")])
    for name in ("beach", "hill", "wood"):
        expect(row(page, name)).to_be_visible()
        expect(card(page, name)).to_be_visible()
    place = card(page, "beach")
    tab_to(page, page.get_by_role("slider", name="cut-out of beach"))
    press(page, "End")
    assert page.get_by_role("slider", name="cut-out of beach").input_value() == "100"
    tab_to(page, button(place, "White"))
    press(page, "Enter")
    tab_to(page, place.get_by_label("Format"))
    press(page, "ArrowDown")
    tab_to(page, button(place, "Download on backdrop"))
    with page.expect_download() as download:
        press(page, "Enter")
    assert download.value.suggested_filename.endswith(".jpg")
    tab_to(page, place.get_by_role("link", name="Download PNG"))
    with page.expect_download() as download:
        press(page, "Enter")
    assert download.value.suggested_filename == "beach.png"
    tab_to(page, button(place, "Rename"), most=120)
    press(page, "Enter")
    page.keyboard.type("Sea")
    press(page, "Enter")
    expect(card(page, "Sea")).to_be_visible()
    tab_to(page, button(card(page, "Sea"), "Delete"), most=120)
    press(page, "Enter")
    expect(button(page, "Undo")).to_be_focused()
    press(page, "Enter")
    expect(card(page, "Sea")).to_be_visible()


def test_without_javascript_the_form_is_plain_and_comes_back_with_its_message(
    browser: Browser, site: str, tmp_path: Path, provider: ObjectCut
) -> None:
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.set_input_files("#image", picture(tmp_path, "plain.jpg"))
    page.get_by_role("button", name="Remove the background").click()
    page.wait_for_url("**/?flash=image_generated*")
    # By its id, because Playwright does not find text within noscript.
    expect(page.locator("#flash-image_generated")).to_be_visible()
    expect(page.locator("#flash-internal")).to_be_hidden()
    page.screenshot(path=OUTPUT / "without-javascript.png", full_page=True)
    context.close()
    with_script = browser.new_context(base_url=site)
    page = with_script.new_page()
    page.goto("/?flash=image_generated")
    expect(page.get_by_text("Image generated successfully").first).to_be_visible()
    assert page.url == f"{site}/"
    with_script.close()


@pytest.mark.parametrize("code", ["limit_reached", "unsupported_image", "remover_failed", "internal"])
def test_a_flash_code_is_shown_and_leaves_the_address(page: Page, site: str, code: str) -> None:
    sentences = {
        "limit_reached": "Max limit reached. Please remove a record.",
        "unsupported_image": "This file is not a picture that we read.",
        "remover_failed": "Failed to generate the image",
        "internal": "Something went wrong",
    }
    page.goto(f"/?flash={code}")
    expect(page.get_by_text(sentences[code]).first).to_be_visible()
    assert page.url == f"{site}/"


def test_an_unknown_flash_code_says_nothing(page: Page) -> None:
    page.goto("/?flash=<img src=x onerror=alert(1)>")
    expect(page.get_by_text("No pictures yet")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_a_list_that_fails_can_be_loaded_again(page: Page, tmp_path: Path, provider: ObjectCut) -> None:
    unreachable(page, tmp_path, provider)
    page.unroute("**/api/list")
    button(page, "Try again").click()
    expect(page.get_by_text("No pictures yet")).to_be_visible()


def test_the_first_load_is_light(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto("/")
    expect(page.get_by_text("No pictures yet")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(received) > 5
    assert sum(received) <= 60_000
    context.close()


def test_nothing_jumps_when_pictures_arrive(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "one", "two", "three")
    page.add_init_script(
        """window.shifts = 0;
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    page.reload()
    expect(card(page, "one").get_by_role("img", name="Cut-out of one")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("() => window.shifts") < 0.1


@pytest.mark.parametrize("width", [320, 2560])
def test_narrow_and_wide_screens_and_right_to_left_fit(page: Page, tmp_path: Path, width: int) -> None:
    keep(page, tmp_path, "one", "two")
    page.set_viewport_size({"width": width, "height": 800})
    for direction in ("ltr", "rtl"):
        page.evaluate("direction => { document.documentElement.dir = direction; }", direction)
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_the_basics_are_right(page: Page) -> None:
    assert page.title() == "Image Background Remover"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("meta[name=description]").get_attribute("content")
    viewport = page.locator("meta[name=viewport]").get_attribute("content") or ""
    assert "user-scalable" not in viewport
    assert page.locator("h1").count() == 1
    assert page.request.get(page.locator("link[rel=icon]").get_attribute("href") or "").ok
