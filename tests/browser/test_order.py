"""Many pictures: search, sort, and actions on several at once."""

import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import button, card, choose, keep, names, picture, press
from tests.tiers import one_row_in


@pytest.fixture
def several(page: Page, tmp_path: Path) -> Page:
    """A visitor with pear, Äpfel and fig, the newest first; fig is the largest."""
    for name, width in (("fig", 800), ("Äpfel", 300), ("pear", 480)):
        choose(page, picture(tmp_path, f"{name}.jpg", width))
        expect(card(page, name)).to_be_visible()
    return page


def select(page: Page, name: str, **options: object) -> None:
    card(page, name).get_by_label("Select").click(**options)  # type: ignore[arg-type]


def test_a_search_shows_the_pictures_with_that_in_their_name(several: Page) -> None:
    several.get_by_label("Search by name").fill("apf")
    assert names(several) == ["Äpfel"]
    expect(several.get_by_role("status").first).to_contain_text("1 picture found")
    several.get_by_label("Search by name").fill("plum")
    assert names(several) == []
    button(several, "Show all pictures").click()
    assert names(several) == ["pear", "Äpfel", "fig"]
    expect(several.get_by_label("Search by name")).to_be_focused()


@pytest.mark.parametrize(
    ("order", "expected"),
    one_row_in(
        4,
        [
            ("By name", ["Äpfel", "fig", "pear"]),
            ("Newest first", ["pear", "Äpfel", "fig"]),
            ("Oldest first", ["fig", "Äpfel", "pear"]),
            ("Largest first", ["fig", "pear", "Äpfel"]),
        ],
    ),
)
def test_the_pictures_can_be_sorted(several: Page, order: str, expected: list[str]) -> None:
    several.get_by_label("Sort").select_option(label=order)
    assert names(several) == expected


def test_shift_selects_everything_in_between(several: Page) -> None:
    select(several, "pear")
    expect(several.get_by_text("1 selected")).to_be_visible()
    select(several, "fig", modifiers=["Shift"])
    expect(several.get_by_text("3 selected")).to_be_visible()
    select(several, "Äpfel")
    expect(several.get_by_text("2 selected")).to_be_visible()


def test_the_selected_are_deleted_together_and_come_back_together(several: Page) -> None:
    select(several, "pear")
    select(several, "fig")
    button(several, "Delete selected").click()
    assert names(several) == ["Äpfel"]
    expect(several.get_by_text("1 of 5 used")).to_be_visible()
    button(several, "Undo").click()
    assert names(several) == ["pear", "Äpfel", "fig"]
    expect(several.get_by_role("group", name="Selected pictures")).to_be_hidden()
    several.reload()
    expect(card(several, "fig")).to_be_visible()
    assert names(several) == ["pear", "Äpfel", "fig"]


@pytest.mark.extended
def test_the_selected_are_deleted_on_the_server_when_the_time_to_undo_has_passed(several: Page) -> None:
    select(several, "pear")
    select(several, "fig")
    button(several, "Delete selected").click()
    several.goto("about:blank")  # leaving ends the time to undo
    several.goto("/")
    expect(card(several, "Äpfel")).to_be_visible()
    assert names(several) == ["Äpfel"]


def test_only_the_selected_are_downloaded(several: Page) -> None:
    several.evaluate("() => { delete window.showSaveFilePicker; }")  # its dialog belongs to the system
    select(several, "pear")
    select(several, "fig")
    with several.expect_download() as download:
        button(several, "Download selected").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert sorted(archive.namelist()) == ["fig.png", "pear.png"]


@pytest.mark.extended
def test_a_search_deselects_hidden_records(several: Page) -> None:
    select(several, "pear")
    press(several, "Escape")
    several.get_by_label("Search by name").fill("fig")
    select(several, "fig")
    expect(several.get_by_text("1 selected")).to_be_visible()
    button(several, "Select all").click()
    expect(several.get_by_text("1 selected")).to_be_visible()


def test_the_selection_works_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "one", "two", "three")
    card(page, names(page)[0]).get_by_label("Select").focus()
    press(page, "Space")
    card(page, names(page)[2]).get_by_label("Select").focus()
    press(page, "Shift+Space")
    expect(page.get_by_text("3 selected")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("group", name="Selected pictures")).to_be_hidden()
    press(page, "Control+a")
    expect(page.get_by_text("3 selected")).to_be_visible()
    press(page, "Delete")
    expect(page.get_by_text("No pictures yet")).to_be_visible()
    expect(button(page, "Undo")).to_be_focused()
    press(page, "Enter")
    expect(card(page, "two")).to_be_visible()
