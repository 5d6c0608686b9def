"""The editor by finger, pen, wheel and space bar, and in a page that runs right to left."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.visitor import button, card, keep
from tests.photos import decoded

pytestmark = pytest.mark.extended

Place = tuple[float, float]
CENTRE = (240, 160)  # of the picture, which keep() makes of 480 x 320 pixels


@pytest.fixture
def editor(page: Page, tmp_path: Path) -> Locator:
    """The open editor, without the smart stroke: a brush erases whatever it passes."""
    keep(page, tmp_path, "beach")
    return _opened(page)


@pytest.fixture
def input_of(page: Page) -> Callable[..., None]:
    """Send one event of the browser's own input."""
    session: CDPSession = page.context.new_cdp_session(page)

    def send(kind: str, **event: object) -> None:
        session.send(f"Input.dispatch{kind}Event", event)

    return send


def _opened(page: Page) -> Locator:
    button(card(page, "beach"), "Touch up").click()
    dialog = page.get_by_role("dialog", name="Touch up beach")
    expect(dialog.get_by_role("application")).to_be_focused(timeout=30_000)
    expect(dialog).to_contain_text("%")
    button(dialog, "Smart stroke").click()
    return dialog


def _centre(editor: Locator) -> Place:
    box = editor.get_by_role("application").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _touch(input_of: Callable[..., None], kind: str, *places: Place) -> None:
    points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
    input_of("Touch", type=f"touch{kind}", touchPoints=points)


def _saved(editor: Locator) -> Image.Image:
    """Save and return the alpha of the cut-out."""
    button(editor, "Save").click()
    expect(editor).to_be_hidden(timeout=30_000)
    with editor.page.expect_download() as download:
        card(editor.page, "beach").get_by_role("link", name="Download PNG").click()
    return decoded(download.value.path().read_bytes()).getchannel("A")


def _percent(editor: Locator) -> int:
    return int(editor.get_by_text("%").inner_text().removesuffix("%"))


def _nothing_is_drawn(editor: Locator) -> None:
    expect(button(editor, "Undo")).to_have_attribute("aria-disabled", "true")


def test_a_finger_draws(editor: Locator, input_of: Callable[..., None]) -> None:
    x, y = _centre(editor)
    _touch(input_of, "Start", (x - 20, y))
    _touch(input_of, "Move", (x + 20, y))
    _touch(input_of, "End")
    expect(button(editor, "Undo")).to_have_attribute("aria-disabled", "false")
    assert _saved(editor).getpixel(CENTRE) == 0


def test_two_fingers_zoom_and_take_back_what_the_first_had_begun(
    editor: Locator, input_of: Callable[..., None]
) -> None:
    x, y = _centre(editor)
    before = _percent(editor)
    _touch(input_of, "Start", (x - 20, y))
    _touch(input_of, "Move", (x - 30, y))
    _touch(input_of, "Start", (x - 30, y), (x + 30, y))
    _touch(input_of, "Move", (x - 60, y), (x + 60, y))
    _touch(input_of, "End")
    _nothing_is_drawn(editor)
    assert _percent(editor) == pytest.approx(2 * before, abs=2)


def test_a_pen_draws_wider_the_harder_it_is_pressed(
    page: Page, editor: Locator, input_of: Callable[..., None]
) -> None:
    editor.get_by_label("Size").fill("60")
    x, y = _centre(editor)
    scale = _percent(editor) / 100
    # Both in the ellipse that the provider's stand-in takes for the subject.
    for force, row in ((0.1, y - 40 * scale), (1.0, y + 40 * scale)):
        pen = {"pointerType": "pen", "button": "left", "force": force, "y": row}
        input_of("Mouse", type="mousePressed", x=x, buttons=1, clickCount=1, **pen)
        input_of("Mouse", type="mouseMoved", x=x + 4, buttons=1, **pen)
        input_of("Mouse", type="mouseReleased", x=x + 4, buttons=0, clickCount=1, **pen)
    alpha = _saved(editor)
    light, hard = (_gap(alpha, row) for row in (CENTRE[1] - 40, CENTRE[1] + 40))
    assert 0 < light < 0.6 * hard


def _gap(alpha: Image.Image, row: int) -> int:
    """Return how many pixels around this row of the middle column are erased."""
    column = [alpha.getpixel((CENTRE[0], y)) for y in range(row - 38, row + 38)]
    return sum(value == 0 for value in column)


def test_the_wheel_zooms_and_space_moves_the_picture(page: Page, editor: Locator) -> None:
    x, y = _centre(editor)
    before = _percent(editor)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    expect(editor).not_to_contain_text(f"{before}%")
    page.keyboard.down("Space")
    page.mouse.down()
    page.mouse.move(x + 80, y)
    page.mouse.up()
    page.keyboard.up("Space")
    _nothing_is_drawn(editor)
    page.mouse.down()
    page.mouse.move(x + 4, y)
    page.mouse.up()
    expect(button(editor, "Undo")).to_have_attribute("aria-disabled", "false")
    left = CENTRE[0] - round(80 / (_percent(editor) / 100))
    assert _saved(editor).getpixel((left, CENTRE[1])) == 0


def test_the_original_is_shown_for_as_long_as_its_button_is_held(page: Page, editor: Locator) -> None:
    original = button(editor, "Show original")
    original.hover()
    page.mouse.down()
    expect(original).to_have_attribute("aria-pressed", "true")
    page.mouse.up()
    expect(original).to_have_attribute("aria-pressed", "false")
    original.focus()
    page.keyboard.down("Space")
    expect(original).to_have_attribute("aria-pressed", "true")
    page.keyboard.up("Space")
    expect(original).to_have_attribute("aria-pressed", "false")


def test_a_stroke_follows_the_pointer_in_a_right_to_left_page(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "beach")
    page.evaluate("() => { document.documentElement.dir = 'rtl'; }")
    editor = _opened(page)
    x, y = _centre(editor)
    scale = _percent(editor) / 100
    page.mouse.move(x + 40 * scale, y)
    page.mouse.down()
    page.mouse.move(x + 42 * scale, y)
    page.mouse.up()
    editor.get_by_label("Size").press("ArrowLeft")
    alpha = _saved(editor)
    right, left = (alpha.getpixel((CENTRE[0] + side, CENTRE[1])) for side in (41, -41))
    assert (right, left) == (0, 255)
