"""The icons of the installed page, drawn from web/favicon.svg: `python -m tests.browser.icons`."""

import io

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import find
from tests.browser.conftest import OPTIONS
from tests.local_run import ROOT

SITE = ROOT / "web"
_GREEN = "#0a6b62"
_COLORS = 48  # enough for the edges of three colours
# A launcher crops a maskable icon to its own shape; only a circle of 80 % is safe.
_MASKABLE_SHARE = 0.8


def main() -> None:
    """Write the icons."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(OPTIONS))
        page = browser.new_page()
        for size in (192, 512):
            _draw(page, f"icon-{size}.png", size, size, "transparent")
        _draw(page, "icon-maskable-512.png", 512, round(512 * _MASKABLE_SHARE), _GREEN)
        browser.close()


def _draw(page: Page, name: str, size: int, drawing: int, ground: str) -> None:
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(
        f"<style>body {{ margin: 0; background: {ground}; }}"
        f" svg {{ display: block; margin: {(size - drawing) // 2}px; width: {drawing}px; }}</style>"
        + (SITE / "favicon.svg").read_text("utf-8")
    )
    shot = Image.open(io.BytesIO(page.screenshot(omit_background=True)))
    shot.quantize(_COLORS).save(SITE / name, optimize=True)
    print(f"{name}: {(SITE / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
