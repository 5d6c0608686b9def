"""The README's screenshots: the real page with real photos, light and dark.

`make screenshots PHOTOS=folder` takes the first three JPEGs of that folder.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Literal

import matplotlib as mpl
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.models.files import fetch
from tests.browser.chromium import find
from tests.browser.conftest import OPTIONS
from tests.browser.visitor import button, card, choose
from tests.local_run import ROOT, running
from tests.ports import free_port

TARGET = ROOT / "tests" / "browser" / "screenshots"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main() -> None:
    """Take both screenshots."""
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
            browser.close()


def _take(browser: Browser, url: str, photos: list[Path], scheme: Literal["light", "dark"]) -> Path:
    page = browser.new_page(
        viewport={"width": 1280, "height": 1200}, color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
    )
    page.goto(url)
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
