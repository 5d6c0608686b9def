"""Framing a picture: canvases, backdrops, formats, and applying a look to all pictures."""

import io
import re
import zipfile
from pathlib import Path

import pytest
import requests
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ONE_LOOK
from tests.browser.visitor import button, card, keep, press
from tests.photos import decoded
from tests.tiers import extended, one_row_in


def opened(page: Page, name: str) -> Locator:
    """Open the frame dialog of a picture."""
    button(card(page, name), "Frame").click()
    return page.get_by_role("dialog", name=f"Frame {name}")


def saved(page: Page, dialog: Locator) -> tuple[str, bytes]:
    """Download the dialog's file once it is ready; return its name and bytes."""
    # The link has no target while the file is made.
    page.wait_for_timeout(100)
    expect(dialog.get_by_role("link", name="Download")).to_have_attribute("href", re.compile("^blob:"))
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def subject(image: Image.Image) -> tuple[int, int, int, int]:
    """Return the box of all pixels that are not transparent."""
    box = image.getchannel("A").point([0] * 11 + [255] * 245).getbbox()
    assert box
    return box


def cut_out(page: Page, name: str) -> Image.Image:
    with page.expect_download() as download:
        card(page, name).get_by_role("link", name="Download PNG").click()
    return decoded(download.value.path().read_bytes())


@pytest.fixture
def kept(page: Page, tmp_path: Path) -> Page:
    """A visitor with one picture named beach."""
    keep(page, tmp_path, "beach")
    return page


@pytest.mark.parametrize(
    ("canvas", "size", "share"),
    one_row_in(
        3,
        [
            ("Marketplace", (2000, 2000), 0.85),
            ("413 x 531", (413, 531), 0.85),
            ("600 x 600", (600, 600), 0.85),
        ],
    ),
)
def test_canvases_of_a_size_have_it_and_the_subject_fills_its_share(
    kept: Page, canvas: str, size: tuple[int, int], share: float
) -> None:
    dialog = opened(kept, "beach")
    button(dialog, canvas).click()
    button(dialog, "Transparent").click()
    image = decoded(saved(kept, dialog)[1])
    assert image.size == size
    left, top, right, bottom = subject(image)
    assert max((right - left) / size[0], (bottom - top) / size[1]) == pytest.approx(share, abs=2 / min(size))
    assert left + right == pytest.approx(size[0], abs=2)
    assert top + bottom == pytest.approx(size[1], abs=2)


@pytest.mark.parametrize(
    ("canvas", "ratio"), one_row_in(4, [("4:5", 4 / 5), ("Square", 1), ("3:4", 3 / 4), ("16:9", 16 / 9)])
)
def test_canvases_of_a_ratio_keep_the_subjects_resolution(kept: Page, canvas: str, ratio: float) -> None:
    before = subject(cut_out(kept, "beach"))
    dialog = opened(kept, "beach")
    button(dialog, canvas).click()
    image = decoded(saved(kept, dialog)[1])
    assert image.width / image.height == pytest.approx(ratio, rel=0.01)
    after = subject(image)
    assert after[2] - after[0] == pytest.approx(before[2] - before[0], abs=1)
    assert after[3] - after[1] == pytest.approx(before[3] - before[1], abs=1)


@pytest.mark.extended
def test_marketplace_is_white_and_a_jpeg_when_asked_for(kept: Page) -> None:
    dialog = opened(kept, "beach")
    button(dialog, "Marketplace").click()
    dialog.get_by_label("Format").select_option(label="JPEG")
    name, content = saved(kept, dialog)
    assert name == "beach.jpg"
    assert decoded(content).getpixel((3, 3)) == (255, 255, 255)


def test_a_crop_has_the_margin_that_was_chosen(kept: Page) -> None:
    left, top, right, bottom = subject(cut_out(kept, "beach"))
    width, height = right - left, bottom - top
    dialog = opened(kept, "beach")
    button(dialog, "Crop to subject").click()
    dialog.get_by_label("Margin").fill("10")
    image = decoded(saved(kept, dialog)[1])
    assert image.size == (width + 2 * round(width / 10), height + 2 * round(height / 10))
    assert subject(image)[:2] == pytest.approx((round(width / 10), round(height / 10)), abs=1)


@ONE_LOOK
@pytest.mark.parametrize(
    ("canvas", "slider", "percent", "options"),
    one_row_in(
        6,
        [
            ("Crop to subject", "Margin", 13, {"crop": "true", "crop_margin": "13%"}),
            ("Crop to subject", "Margin", 0, {"crop": "true"}),
            ("Crop to subject", "Margin", 50, {"crop": "true", "crop_margin": "50%"}),
            ("Original", "Subject size", 37, {"scale": "37%"}),
            ("Original", "Subject size", 100, {"scale": "100%"}),
            ("Original", "Subject size", 10, {"scale": "10%"}),
        ],
    ),
)
def test_the_api_frames_alike(
    kept: Page, tmp_path: Path, canvas: str, slider: str, percent: int, options: dict[str, str]
) -> None:
    dialog = opened(kept, "beach")
    button(dialog, canvas).click()
    dialog.get_by_label(slider).fill(str(percent))
    ours = decoded(saved(kept, dialog)[1])
    sent = {"image_file": (tmp_path / "beach.jpg").open("rb")}
    with sent["image_file"]:
        answer = requests.post(f"{kept.url}v1.0/removebg", files=sent, data={**options, "format": "png"})
    theirs = decoded(answer.content)
    assert ours.size == pytest.approx(theirs.size, abs=1)
    assert subject(ours) == pytest.approx(subject(theirs), abs=1)


@pytest.mark.extended
def test_a_free_canvas_has_the_size_that_was_typed(kept: Page) -> None:
    dialog = opened(kept, "beach")
    button(dialog, "Free").click()
    dialog.get_by_label("Width").fill("900")
    dialog.get_by_label("Height").fill("300")
    press(kept, "Tab")
    assert decoded(saved(kept, dialog)[1]).size == (900, 300)


def test_the_subject_is_dragged_scaled_and_put_back(kept: Page) -> None:
    dialog = opened(kept, "beach")
    button(dialog, "600 x 600").click()
    centred = subject(decoded(saved(kept, dialog)[1]))
    box = dialog.locator("canvas").bounding_box()
    assert box
    kept.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    kept.mouse.down()
    kept.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.25, steps=5)
    kept.mouse.up()
    moved = subject(decoded(saved(kept, dialog)[1]))
    assert moved[1] == pytest.approx(max(0, centred[1] - 150), abs=6)
    dialog.locator("canvas").focus()
    press(kept, "Shift+ArrowRight", "-", "-")
    smaller = subject(decoded(saved(kept, dialog)[1]))
    assert smaller[2] - smaller[0] < 0.9 * (centred[2] - centred[0])
    button(dialog, "Reset").click()
    assert subject(decoded(saved(kept, dialog)[1])) == pytest.approx(centred, abs=1)


@pytest.mark.parametrize("choice", ["Blurred original", *extended("Gradient", "Black")])
def test_every_backdrop_is_in_the_file(kept: Page, choice: str) -> None:
    cut = cut_out(kept, "beach")
    dialog = opened(kept, "beach")
    button(dialog, choice).click()
    expect(button(dialog, choice)).to_have_attribute("aria-pressed", "true")
    image = decoded(saved(kept, dialog)[1]).convert("RGBA")
    assert image.getchannel("A").getextrema() == (255, 255)
    top, foot = image.getpixel((5, 5)), image.getpixel((5, image.height - 6))
    assert (top != foot) == (choice != "Black")
    assert image.getpixel((image.width // 2, image.height // 2)) == cut.getpixel(
        (image.width // 2, image.height // 2)
    )


@pytest.mark.extended
def test_a_gradient_has_the_two_colours_that_were_chosen(kept: Page) -> None:
    dialog = opened(kept, "beach")
    button(dialog, "Gradient").click()
    dialog.get_by_label("From").fill("#ff0000")
    dialog.get_by_label("To").fill("#0000ff")
    image = decoded(saved(kept, dialog)[1]).convert("RGB")
    assert image.getpixel((2, 0)) == pytest.approx((255, 0, 0), abs=3)
    assert image.getpixel((2, image.height - 1)) == pytest.approx((0, 0, 255), abs=3)


@pytest.mark.extended
def test_a_shadow_lies_below_the_subject(kept: Page) -> None:
    before = subject(cut_out(kept, "beach"))
    dialog = opened(kept, "beach")
    dialog.get_by_label("Soft shadow below the subject").check()
    image = decoded(saved(kept, dialog)[1])
    middle = (before[0] + before[2]) // 2
    _, _, _, below = image.getpixel((middle, before[3] + 3))  # type: ignore[misc]
    _, _, _, above = image.getpixel((middle, before[1] - 4))  # type: ignore[misc]
    assert 20 < below < 255
    assert above < below


@pytest.mark.extended
def test_the_file_size_is_shown_beforehand_and_follows_the_quality(kept: Page) -> None:
    dialog = opened(kept, "beach")
    dialog.get_by_label("Format").select_option(label="WebP")
    sizes = []
    for quality in ("100", "40"):
        dialog.get_by_label("Quality").fill(quality)
        name, content = saved(kept, dialog)
        assert (name, decoded(content).format) == ("beach.webp", "WEBP")
        told = dialog.get_by_text(re.compile(r"^480 × 320 · "))
        expect(told).to_contain_text(f"{round(len(content) / 1024)} KB")
        sizes.append(len(content))
    assert sizes[1] < 0.8 * sizes[0]


def test_one_look_for_all_goes_into_the_archive(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "one", "two")
    page.evaluate("() => { delete window.showSaveFilePicker; }")  # its dialog belongs to the system
    dialog = opened(page, "one")
    button(dialog, "Square").click()
    button(dialog, "White").click()
    dialog.get_by_label("Format").select_option(label="JPEG")
    button(dialog, "Apply to all").click()
    expect(page.get_by_text("Applied to 2 pictures.").first).to_be_visible()
    button(dialog, "Close").click()
    with page.expect_download() as download:
        button(page, "Download all").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert sorted(archive.namelist()) == ["one.jpg", "two.jpg"]
        for name in archive.namelist():
            image = decoded(archive.read(name))
            assert image.width == image.height
            assert image.getpixel((2, 2)) == (255, 255, 255)


@pytest.mark.extended
def test_the_result_can_be_dragged_out_of_the_page(kept: Page) -> None:
    dragged = """link => {
        const event = new DragEvent("dragstart", { dataTransfer: new DataTransfer(), bubbles: true });
        link.dispatchEvent(event);
        return event.dataTransfer.getData("DownloadURL");
    }"""
    link = card(kept, "beach").get_by_role("link", name="Download PNG")
    assert re.match(r"image/png:beach\.png:http://.*/processed\?.*download=1", link.evaluate(dragged))
    dialog = opened(kept, "beach")
    button(dialog, "Marketplace").click()
    dialog.get_by_label("Format").select_option(label="JPEG")
    saved(kept, dialog)
    address = dialog.get_by_role("link", name="Download").evaluate(dragged)
    assert address.startswith("image/jpeg:beach.jpg:blob:")
