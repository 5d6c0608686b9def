"""The README's screenshots: the real page with real photos, light and dark, and its editor.

`make screenshots PHOTOS=folder` takes the first three JPEGs of that folder.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Literal

import matplotlib as mpl
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from infra.models.files import fetch
from tests.browser.chromium import find
from tests.browser.conftest import OPTIONS
from tests.browser.visitor import button, card, choose
from tests.local_run import ROOT, running
from tests.ports import free_port

TARGET = ROOT / "tests" / "browser" / "screenshots"
# From place to place on the canvas, as shares of its size.
STROKE = [(0.575, 0.255), (0.59, 0.3), (0.6, 0.34)]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """Take the screenshots."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    shipped = Path(mpl.get_data_path(), "sample_data")
    parser.add_argument("--photos", type=Path, default=shipped, help="a folder with JPEG photos")
    photos = sorted(parser.parse_args().photos.glob("*.jpg"))[:3]
    [weights] = fetch("u2netp", ROOT / ".data" / "models")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        environ = {"PORT": str(free_port()), "DATA_DIR": f"{folder}/data", "LOCAL_MODEL_PATH": str(weights)}
        with running(environ, Path(folder)) as run:
            browser = playwright.chromium.launch(executable_path=find(), args=list(OPTIONS))
            for scheme in SCHEMES:
                print(_take(browser, run.url, photos, scheme))
            print(_take_editor(browser, run.url, photos[-1]))
            browser.close()


def _open(browser: Browser, url: str, height: int, scheme: Literal["light", "dark"]) -> Page:
    size = ViewportSize(width=1280, height=height)
    page = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce", locale="en-GB")
    page.goto(url)
    return page


def _take_editor(browser: Browser, url: str, photo: Path) -> Path:
    """Show a stroke that restores what the model has taken for background."""
    page = _open(browser, url, 900, "light")
    choose(page, photo)
    button(card(page, photo.stem), "Touch up").click(timeout=60_000)
    canvas = page.get_by_role("application", name="Picture under edit")
    expect(canvas).to_be_focused(timeout=60_000)
    box = canvas.bounding_box()
    assert box
    button(page, "Restore").click()
    page.get_by_role("dialog").get_by_label("Size").fill("60")
    for number, (x, y) in enumerate(STROKE):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=10)
        if not number:
            page.mouse.down()
    page.mouse.up()
    expect(button(page, "Undo")).to_have_attribute("aria-disabled", "false")
    target = TARGET / "editor.jpg"
    page.screenshot(path=target, type="jpeg", quality=88, animations="disabled")
    page.close()
    return target


def _take(browser: Browser, url: str, photos: list[Path], scheme: Literal["light", "dark"]) -> Path:
    page = _open(browser, url, 1420, scheme)
    choose(page, *photos)
    _arrange(page, [photo.stem for photo in photos])
    target = TARGET / f"{scheme}.jpg"
    page.screenshot(path=target, type="jpeg", quality=88, animations="disabled")
    page.close()
    return target


def _arrange(page: Page, names: list[str]) -> None:
    """Show the actions of a cut-out on another picture."""
    for name in names:
        expect(card(page, name)).to_be_visible(timeout=60_000)
    page.get_by_role("slider", name=f"cut-out of {names[0]}").focus()
    page.get_by_role("slider", name=f"cut-out of {names[0]}").fill("45")
    expect(page.get_by_role("img", name=f"Original of {names[0]}")).to_be_visible()
    if len(names) > 1:
        card(page, names[1]).get_by_label("Any colour").fill("#f2c94c")
    # The queue's rows disappear once their pictures are in the list.
    expect(button(page, "Dismiss")).to_have_count(0, timeout=15_000)
    page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }")
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
