"""Touch-up: erase, restore, undo and save, without losing work."""

import json
import re
import statistics
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import ONE_LOOK
from tests.browser.visitor import button, card, choose, keep, picture, press
from tests.photos import decoded
from tests.tiers import extended


@pytest.fixture
def kept(page: Page, tmp_path: Path) -> Page:
    """A visitor with one picture named beach; the subject is an ellipse in its middle."""
    keep(page, tmp_path, "beach")
    return page


def opened(page: Page, name: str = "beach") -> Locator:
    """Open the editor and wait until it is ready."""
    button(card(page, name), "Touch up").click()
    editor = page.get_by_role("dialog", name=f"Touch up {name}")
    expect(editor.get_by_role("application")).to_be_focused(timeout=30_000)
    expect(editor).to_contain_text("%")
    return editor


def stroke(page: Page, *places: tuple[float, float], aspect: float | None = None) -> None:
    """Draw through points, given as shares of the canvas, or of a picture of that aspect in its middle."""
    box = page.get_by_role("application", name="Picture under edit").bounding_box()
    assert box
    width, height = box["width"], box["height"]
    if aspect:
        width, height = min(width, height * aspect), min(height, width / aspect)
    left, top = box["x"] + (box["width"] - width) / 2, box["y"] + (box["height"] - height) / 2
    points = [(left + x * width, top + y * height) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=8)
    page.mouse.up()
    expect(button(page, "Undo")).to_have_attribute("aria-disabled", "false")


def cut_out(page: Page, name: str = "beach") -> Image.Image:
    with page.expect_download() as download:
        card(page, name).get_by_role("link", name="Download PNG").click()
    return decoded(download.value.path().read_bytes())


def alpha(page: Page) -> Image.Image:
    return cut_out(page).getchannel("A")


def save(page: Page, editor: Locator) -> None:
    button(editor, "Save").click()
    expect(editor).to_be_hidden(timeout=30_000)


def test_an_erased_part_is_saved_and_stays_erased_after_a_reload(kept: Page) -> None:
    before = alpha(kept)
    editor = opened(kept)
    button(editor, "Smart stroke").click()
    stroke(kept, (0.5, 0.5), (0.5, 0.55))
    save(kept, editor)
    after = alpha(kept)
    assert (before.getpixel((240, 160)), after.getpixel((240, 160))) == (255, 0)
    assert after.getpixel((170, 160)) == before.getpixel((170, 160))
    kept.reload()
    assert alpha(kept).tobytes() == after.tobytes()
    expect(card(kept, "beach").get_by_role("img", name="Cut-out of beach")).to_have_attribute(
        "src", re.compile(r"\?r=2$")
    )


def test_restored_parts_have_the_originals_colours(kept: Page, tmp_path: Path) -> None:
    editor = opened(kept)
    button(editor, "Restore").click()
    button(editor, "Smart stroke").click()
    editor.get_by_label("Size").fill("200")
    stroke(kept, (0.5, 0.12), (0.6, 0.12), aspect=3 / 2)
    save(kept, editor)
    result = cut_out(kept)
    original = decoded((tmp_path / "beach.jpg").read_bytes())
    box = result.getchannel("A").point([0] * 255 + [255]).getbbox()
    assert box
    assert box[1] < 60
    place = (240, box[1] + 4)
    assert result.getpixel(place)[:3] == pytest.approx(original.getpixel(place), abs=8)  # type: ignore[index]


def test_undo_redo_and_starting_over(kept: Page) -> None:
    editor = opened(kept)
    button(editor, "Smart stroke").click()
    expect(button(editor, "Undo")).to_have_attribute("aria-disabled", "true")
    stroke(kept, (0.45, 0.5), (0.55, 0.5))
    press(kept, "Control+z")
    expect(button(editor, "Undo")).to_have_attribute("aria-disabled", "true")
    press(kept, "Control+Shift+z")
    expect(button(editor, "Redo")).to_have_attribute("aria-disabled", "true")
    button(editor, "Start over").click()
    button(editor, "Undo").click()
    save(kept, editor)
    assert alpha(kept).getpixel((240, 160)) == 0


def test_nothing_is_lost_without_being_asked(kept: Page) -> None:
    editor = opened(kept)
    press(kept, "Escape")
    expect(editor).to_be_hidden()
    editor = opened(kept)
    stroke(kept, (0.45, 0.5), (0.55, 0.5))
    press(kept, "Escape")
    expect(button(editor, "Keep editing")).to_be_focused()
    press(kept, "Escape")
    expect(editor).to_be_visible()
    expect(button(editor, "Discard changes")).to_be_hidden()
    button(editor, "Cancel").click()
    button(editor, "Discard changes").click()
    expect(editor).to_be_hidden()


def test_a_change_from_elsewhere_costs_nothing_that_was_drawn(kept: Page) -> None:
    first = kept.context.new_page()
    first.goto("/")
    editor = opened(kept)
    button(editor, "Smart stroke").click()
    stroke(kept, (0.45, 0.5), (0.55, 0.5))
    others = opened(first)
    stroke(first, (0.4, 0.4), (0.4, 0.6))
    save(first, others)
    first.close()
    button(editor, "Save").click()
    expect(editor).to_contain_text("What you have drawn is still here")
    save(kept, editor)
    assert alpha(kept).getpixel((240, 160)) == 0


@pytest.mark.extended
def test_a_save_that_fails_can_be_tried_again(kept: Page) -> None:
    def fail(route: Route) -> None:
        problem = {"status": 503, "code": "unavailable", "detail": "Try again in a minute."}
        route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(problem))

    editor = opened(kept)
    stroke(kept, (0.45, 0.5), (0.55, 0.5))
    kept.route("**/api/matte/*", fail)
    button(editor, "Save").click()
    expect(editor).to_contain_text("Not saved. Try again in a minute.")
    kept.unroute("**/api/matte/*")
    save(kept, editor)


def test_the_brush_and_the_view_follow_the_keyboard(kept: Page) -> None:
    editor = opened(kept)
    size, softness = editor.get_by_label("Size"), editor.get_by_label("Softness")
    before = float(size.input_value()), float(softness.input_value())
    press(kept, "]", "}")
    assert (float(size.input_value()), float(softness.input_value())) > before
    press(kept, "[", "{", "r", "s")
    expect(button(editor, "Restore")).to_have_attribute("aria-pressed", "true")
    expect(button(editor, "Smart stroke")).to_have_attribute("aria-pressed", "false")
    press(kept, "1")
    expect(editor).to_contain_text("100%")
    for _ in range(6):
        press(kept, "+")
    expect(editor).to_contain_text("800%")
    press(kept, "0")
    expect(editor).not_to_contain_text("800%")


@pytest.mark.extended
def test_an_original_that_the_browser_cannot_show_is_reported(kept: Page) -> None:
    kept.reload()
    kept.route("**/original?r=1", lambda route: route.fulfill(content_type="image/heic", body=b"ftypheic"))
    button(card(kept, "beach"), "Touch up").click()
    editor = kept.get_by_role("dialog", name="Touch up beach")
    expect(editor).to_contain_text("This browser cannot show the original")
    button(editor, "Cancel").click()
    expect(editor).to_be_hidden()


MOST_ROUNDS = 20

WATCH = """() => {
    window.frames = [];
    window.longTasks = [];
    const watch = (type, use) =>
        new PerformanceObserver((list) => list.getEntries().forEach(use)).observe({ type });
    watch("measure", (entry) => entry.name === "stroke-frame" && window.frames.push(entry.duration));
    watch("longtask", (entry) => window.longTasks.push(entry.duration));
}"""


@ONE_LOOK
@pytest.mark.extended
@pytest.mark.parametrize("smart", [True, *extended(False)], ids=["smart", "plain"])
def test_twelve_megapixels_are_drawn_on_without_delay(page: Page, tmp_path: Path, smart: bool) -> None:
    choose(page, picture(tmp_path, "large.jpg", 4000, 3000))
    expect(card(page, "large")).to_be_visible(timeout=60_000)
    editor = opened(page, "large")
    if not smart:
        button(editor, "Smart stroke").click()
    page.wait_for_timeout(500)
    page.evaluate(WATCH)
    # Other processes only make frames slower, so one round within the limits is enough.
    rounds: list[tuple[float, float, float]] = []
    while len(rounds) < MOST_ROUNDS and not (rounds and _is_fluent(rounds[-1])):
        rounds.append(_drawn(page))
    print(f"round {len(rounds)}: median, 95 %, longest task in ms: {rounds[-1]}")
    assert _is_fluent(rounds[-1]), rounds


def _is_fluent(drawn: tuple[float, float, float]) -> bool:
    median, late, longest = drawn
    return median <= 8 and late <= 16 and longest <= 50


def _drawn(page: Page) -> tuple[float, float, float]:
    """Draw and return the frames' median and 95th percentile and the longest task, in milliseconds."""
    page.evaluate("() => { window.frames.length = window.longTasks.length = 0; }")
    for row in (0.3, 0.5, 0.7):
        stroke(page, (0.35, row), (0.65, row + 0.1), (0.35, row + 0.2))
    frames = sorted(page.evaluate("() => window.frames"))
    assert len(frames) > 10
    longest = max(page.evaluate("() => window.longTasks"), default=0)
    return statistics.median(frames), frames[int(0.95 * len(frames))], longest
