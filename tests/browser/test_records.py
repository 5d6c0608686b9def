"""Seeing a result, saving it, and renaming and deleting records."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.visitor import button, card, keep, names, press, refuse
from tests.photos import decoded
from tests.tiers import one_row_in


def saved(download: Download, folder: Path) -> tuple[str, bytes]:
    path = folder / "download"
    download.save_as(path)
    return download.suggested_filename, path.read_bytes()


@pytest.fixture
def kept(page: Page, tmp_path: Path) -> Page:
    """A visitor with one picture named beach."""
    keep(page, tmp_path, "beach")
    return page


def test_the_slider_uncovers_the_original(kept: Page) -> None:
    slider = kept.get_by_role("slider", name="Compare original and cut-out of beach")
    assert slider.input_value() == "0"
    slider.focus()
    press(kept, "End")
    assert slider.input_value() == "100"
    expect(kept.get_by_role("img", name="Original of beach")).to_be_visible()
    press(kept, "Home", "ArrowRight")
    assert 0 < int(slider.input_value()) < 100


@pytest.mark.extended
def test_the_slider_follows_the_pointer(kept: Page) -> None:
    slider = kept.get_by_role("slider", name="Compare original and cut-out of beach")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    kept.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2)
    kept.mouse.down()
    kept.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2, steps=5)
    kept.mouse.up()
    assert 50 <= int(slider.input_value()) <= 70


def test_the_cut_out_is_downloaded_with_its_transparency(kept: Page, tmp_path: Path) -> None:
    with kept.expect_download() as download:
        card(kept, "beach").get_by_role("link", name="Download PNG").click()
    name, content = saved(download.value, tmp_path)
    image = decoded(content)
    assert (name, image.format, image.mode, image.size) == ("beach.png", "PNG", "RGBA", (480, 320))


@pytest.mark.parametrize(
    ("label", "kind"), one_row_in(3, [("JPEG", "JPEG"), ("PNG", "PNG"), ("WebP", "WEBP")])
)
def test_the_cut_out_is_downloaded_on_a_backdrop(kept: Page, tmp_path: Path, label: str, kind: str) -> None:
    place = card(kept, "beach")
    button(place, "White").click()
    place.get_by_label("Format").select_option(label=label)
    with kept.expect_download() as download:
        button(place, "Download on backdrop").click()
    name, content = saved(download.value, tmp_path)
    image = decoded(content).convert("RGB")
    assert name.startswith("beach")
    assert (decoded(content).format, image.size) == (kind, (480, 320))
    assert min(image.getpixel((2, 2))) > 250  # type: ignore[arg-type]
    assert image.getpixel((240, 160)) != (255, 255, 255)


@pytest.mark.extended
def test_any_colour_can_be_the_backdrop(kept: Page, tmp_path: Path) -> None:
    place = card(kept, "beach")
    place.get_by_label("Any colour").fill("#ff0000")
    place.get_by_label("Format").select_option(label="PNG")
    with kept.expect_download() as download:
        button(place, "Download on backdrop").click()
    assert decoded(saved(download.value, tmp_path)[1]).convert("RGB").getpixel((2, 2)) == (255, 0, 0)


def test_another_picture_can_be_the_backdrop(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "front", "behind")
    place = card(page, "front")
    button(place, "Picture").click()
    dialog = page.get_by_role("dialog", name="Choose a backdrop picture")
    dialog.get_by_role("button", name="behind").click()
    expect(dialog).to_be_hidden()
    with page.expect_download() as download:
        button(place, "Download on backdrop").click()
    image = decoded(saved(download.value, tmp_path)[1]).convert("RGB")
    assert image.getpixel((2, 2)) not in ((0, 0, 0), (255, 255, 255))


def test_the_zoom_shows_the_actual_size_and_gives_the_focus_back(kept: Page) -> None:
    zoom = button(card(kept, "beach"), "Zoom")
    zoom.click()
    dialog = kept.get_by_role("dialog")
    expect(dialog.locator("img")).to_be_visible()
    expect(dialog.locator("img")).to_have_css("background-image", re.compile("repeating-conic-gradient"))
    button(dialog, "Actual size").click()
    expect(dialog).to_contain_text("100")
    press(kept, "Escape")
    expect(dialog).to_be_hidden()
    expect(zoom).to_be_focused()


def test_full_size_images_are_fetched_only_when_asked_for(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "beach")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1].partition("?")[0]))
    page.reload()
    expect(card(page, "beach").get_by_role("img", name="Cut-out of beach")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert "preview" in asked
    assert not {"processed", "original"} & set(asked)


def test_the_cut_out_is_copied(kept: Page) -> None:
    kept.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(card(kept, "beach"), "Copy").click()
    expect(kept.get_by_role("status").first).to_contain_text("opied")
    types = kept.evaluate("async () => (await navigator.clipboard.read())[0].types")
    assert types == ["image/png"]


def test_everything_is_downloaded_as_one_archive(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "one", "two")
    page.evaluate("() => { delete window.showSaveFilePicker; }")  # its dialog belongs to the system
    with page.expect_download() as download:
        button(page, "Download all").click()
    name, content = saved(download.value, tmp_path)
    assert name.endswith(".zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["one.png", "two.png"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        assert decoded(archive.read("one.png")).size == (480, 320)


def test_a_record_is_renamed_in_place(kept: Page) -> None:
    button(card(kept, "beach"), "Rename").click()
    field = kept.get_by_label("New name")
    expect(field).to_be_focused()
    field.fill("<b>Sea</b> & sand")
    press(kept, "Enter")
    expect(card(kept, "<b>Sea</b> & sand")).to_be_visible()
    kept.reload()
    expect(card(kept, "<b>Sea</b> & sand")).to_be_visible()


def test_escape_leaves_the_name_as_it_was(kept: Page) -> None:
    button(card(kept, "beach"), "Rename").click()
    kept.get_by_label("New name").fill("something else")
    press(kept, "Escape")
    expect(card(kept, "beach")).to_be_visible()
    expect(button(card(kept, "beach"), "Rename")).to_be_focused()


def test_a_rename_that_fails_puts_the_old_name_back_and_says_why(kept: Page) -> None:
    refuse(kept, "**/api/rename/*", 503)
    button(card(kept, "beach"), "Rename").click()
    kept.get_by_label("New name").fill("sea")
    press(kept, "Enter")
    expect(card(kept, "beach")).to_contain_text("try again in a minute")


def test_a_deletion_can_be_undone(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "one", "two", "three")
    before = names(page)
    button(card(page, "two"), "Delete").click()
    expect(card(page, "two")).to_have_count(0)
    button(page, "Undo").click()
    expect(card(page, "two")).to_be_visible()
    assert names(page) == before
    page.reload()
    expect(card(page, "two")).to_be_visible()


@pytest.mark.extended
def test_a_deletion_is_sent_when_the_page_is_left(kept: Page) -> None:
    button(card(kept, "beach"), "Delete").click()
    expect(card(kept, "beach")).to_have_count(0)
    kept.goto("about:blank")
    kept.goto("/")
    expect(kept.get_by_text("No pictures yet")).to_be_visible()


@pytest.mark.extended
def test_a_deletion_is_sent_when_its_time_has_passed(kept: Page) -> None:
    with kept.expect_response(lambda answer: "/api/delete/" in answer.url) as answered:
        button(card(kept, "beach"), "Delete").click()
        kept.mouse.move(0, 0)
        kept.evaluate("() => document.activeElement?.blur()")
    assert answered.value.status == 200


def test_it_is_said_until_when_a_picture_is_kept(kept: Page) -> None:
    expect(card(kept, "beach")).to_contain_text("Kept until")
