"""The page in WebKit, Safari's engine: upload, erase, save and frame."""

from pathlib import Path

import pytest
import requests
from PIL import Image

from tests.browser import webkit
from tests.browser.visitor import picture
from tests.objectcut import ObjectCut
from tests.photos import decoded

pytestmark = pytest.mark.extended

CENTRE = """
    const { left, top, width, height } =
        document.querySelector("[data-part=editor-canvas]").getBoundingClientRect();
    return [Math.round(left + width / 2), Math.round(top + height / 2)];
"""
CUT_OUT = "return document.querySelector('[data-part=cut-out]')?.currentSrc"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    missing = webkit.missing()
    if missing:
        pytest.skip(f"the page was not tried in WebKit: apt install {' '.join(missing)}")


def test_a_picture_is_uploaded_erased_saved_and_framed(
    site: str, tmp_path: Path, provider: ObjectCut
) -> None:
    with webkit.running() as browser:
        browser.open(site)
        browser.choose("#image", picture(tmp_path, "beach.jpg"))
        browser.wait(CUT_OUT)
        assert _alpha(browser).getpixel((240, 160)) == 255
        browser.click("Touch up")
        browser.wait("return document.querySelector('[data-part=editor-percent]').textContent")
        x, y = browser.run(CENTRE)
        browser.drag((x, y), (x + 12, y + 6))
        browser.wait("return document.querySelector('[data-part=editor-undo]').ariaDisabled === 'false'")
        browser.click("Save")
        browser.wait(f"{CUT_OUT}.includes('r=2')")
        assert _alpha(browser).getpixel((240, 160)) == 0
        browser.click("Frame")
        browser.click("Square")
        browser.wait("return document.querySelector('[data-part=frame-save]').href.startsWith('blob:')")


def _alpha(browser: webkit.WebKit) -> Image.Image:
    """Return the alpha of the cut-out behind the card's download link."""
    link = browser.run("return document.querySelector('[data-part=download]').href")
    return decoded(requests.get(link, cookies=browser.cookies(), timeout=60).content).getchannel("A")
