"""Adding pictures, and the messages when that fails."""

import base64
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests import objectcut_behaviours as behaviours
from tests.browser.visitor import button, card, choose, keep, names, picture, press, refuse, row
from tests.objectcut import ObjectCut
from tests.photos import decoded, photo
from tests.proxy import Proxy


def test_a_picture_is_shown_at_once_sent_and_kept(page: Page, tmp_path: Path, provider: ObjectCut) -> None:
    provider.always(behaviours.slowly(1))
    choose(page, picture(tmp_path, "beach.jpg"))
    expect(row(page, "beach").locator("img")).to_be_visible()
    expect(row(page, "beach")).to_contain_text("Removing the background…")
    expect(card(page, "beach")).to_be_visible()
    expect(page.get_by_text("1 of 5 used")).to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text("Image generated successfully")
    page.reload()
    expect(card(page, "beach").get_by_role("img", name="Cut-out of beach")).to_be_visible()


def test_the_background_of_the_pictures_to_come_can_be_kept(page: Page, tmp_path: Path) -> None:
    page.get_by_role("radio", name="Keep the subject").focus()
    press(page, "ArrowRight")
    expect(
        page.get_by_role("group", name="Pictures to come").get_by_label("Keep the background")
    ).to_be_checked()
    keep(page, tmp_path, "beach")
    page.get_by_role("radio", name="Keep the subject").check()
    keep(page, tmp_path, "hill")
    assert [alpha_at(page, "beach", place) for place in ("middle", "corner")] == [0, 255]
    assert [alpha_at(page, "hill", place) for place in ("middle", "corner")] == [255, 0]
    page.reload()
    expect(page.get_by_role("radio", name="Keep the subject")).to_be_checked()


@pytest.mark.extended
def test_the_page_scrolls_to_the_first_cut_out_unless_the_reader_has_scrolled(
    page: Page, tmp_path: Path, provider: ObjectCut
) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    keep(page, tmp_path, "beach")
    expect(button(card(page, "beach"), "Touch up")).to_be_in_viewport()
    provider.always(behaviours.slowly(4))
    choose(page, picture(tmp_path, "hill.jpg"))
    page.evaluate("() => window.scrollTo(0, 0)")
    expect(card(page, "hill")).to_be_visible()
    assert page.evaluate("() => window.scrollY") == 0


def alpha_at(page: Page, name: str, place: str) -> int:
    with page.expect_download() as download:
        card(page, name).get_by_role("link", name="Download PNG").click()
    alpha = decoded(download.value.path().read_bytes()).getchannel("A")
    value = alpha.getpixel((alpha.width // 2, alpha.height // 2) if place == "middle" else (2, 2))
    assert isinstance(value, int)
    return value


@pytest.mark.extended
def test_several_at_once_are_sent_two_at_a_time(page: Page, tmp_path: Path, provider: ObjectCut) -> None:
    provider.always(behaviours.slowly(3))
    choose(page, *(picture(tmp_path, f"photo-{number}.jpg") for number in range(4)))
    expect(row(page, "photo-2")).to_contain_text("Waiting for its turn")
    expect(row(page, "photo-0")).to_contain_text("Removing")
    expect(row(page, "photo-1")).to_contain_text("Removing")
    for number in range(4):
        expect(card(page, f"photo-{number}")).to_be_visible()
    expect(page.get_by_text("4 of 5 used")).to_be_visible()


def test_a_picture_can_be_dropped_anywhere(page: Page) -> None:
    content = base64.b64encode(photo(200, 100, "JPEG")).decode()
    dropped = page.evaluate_handle(
        """content => {
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], "dropped.jpg", { type: "image/jpeg" }));
            return transfer;
        }""",
        content,
    )
    page.dispatch_event("footer", "dragenter", {"dataTransfer": dropped})
    expect(page.get_by_text("Drop to remove the background")).to_be_visible()
    page.dispatch_event("footer", "drop", {"dataTransfer": dropped})
    expect(page.get_by_text("Drop to remove the background")).to_be_hidden()
    expect(
        page.get_by_role("heading", level=3, name="dropped").or_(row(page, "dropped")).first
    ).to_be_visible()


def test_a_picture_can_be_pasted(page: Page) -> None:
    page.evaluate(
        """content => {
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        base64.b64encode(photo()).decode(),
    )
    expect(
        page.get_by_role("list", name="Pictures on their way").or_(card(page, "image")).first
    ).to_be_visible()


@pytest.fixture
def holiday(tmp_path: Path) -> Path:
    """A folder with two pictures, one of them in a subfolder, and a text file."""
    folder = tmp_path / "holiday"
    (folder / "sea").mkdir(parents=True)
    picture(folder, "hill.jpg")
    picture(folder / "sea", "beach.jpg")
    (folder / "notes.txt").write_text("Sunny.")
    (folder / ".hidden").write_text("")
    return folder


def test_a_folder_can_be_chosen(page: Page, holiday: Path) -> None:
    page.get_by_label("Folder of pictures").set_input_files(holiday)
    for name in ("hill", "beach"):
        expect(card(page, name)).to_be_visible()
    expect(page.get_by_text("1 file is not a picture and was left out.").first).to_be_visible()


def test_a_folder_can_be_dropped(page: Page, holiday: Path) -> None:
    expect(page.get_by_text("No pictures yet")).to_be_visible()
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(holiday)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 100, "y": 100, "data": data})
    for name in ("hill", "beach"):
        expect(card(page, name)).to_be_visible()


def test_an_upload_that_still_runs_on_the_server_is_asked_for_again(page: Page, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.headers["idempotency-key"])
        if len(asked) > 2:
            return route.continue_()
        problem = json.dumps({"status": 409, "code": "upload_in_progress", "detail": "It still runs."})
        headers = {"Retry-After": "1", "Content-Type": "application/problem+json"}
        return route.fulfill(status=409, headers=headers, body=problem)

    page.route("**/api/upload", answer)
    choose(page, picture(tmp_path, "slow.jpg"))
    expect(row(page, "slow")).to_contain_text("Removing the background…")
    expect(card(page, "slow")).to_be_visible()
    assert len(asked) == 3
    assert len(set(asked)) == 1


@pytest.mark.parametrize(
    ("file_name", "content", "sentence"),
    [
        ("notes.txt", b"plain text", "This file is not a picture that we read."),
        ("huge.jpg", photo(kind="JPEG") + bytes(20 * 1024 * 1024), "The picture has more than 20 MB."),
    ],
)
def test_pictures_that_the_server_would_refuse_are_not_sent(
    page: Page, tmp_path: Path, file_name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / file_name
    path.write_bytes(content)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    choose(page, path)
    expect(row(page, file_name)).to_contain_text(sentence)
    expect(button(row(page, file_name), "Retry")).to_be_hidden()
    assert sent == []


def test_a_damaged_picture_is_reported_with_the_servers_sentence(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(photo(300, 200)[:-200])
    choose(page, path)
    expect(row(page, "broken")).to_contain_text("This picture is damaged and cannot be read.")


def test_a_failure_keeps_the_picture_for_another_try(page: Page, tmp_path: Path, provider: ObjectCut) -> None:
    provider.script(behaviours.fails("001"))
    choose(page, picture(tmp_path, "again.jpg"))
    expect(row(page, "again")).to_contain_text("Failed to generate the image")
    button(row(page, "again"), "Retry").click()
    expect(card(page, "again")).to_be_visible()


@pytest.mark.extended
def test_a_used_up_quota_is_waited_for_or_told(page: Page, tmp_path: Path, provider: ObjectCut) -> None:
    provider.script(behaviours.monthly_quota_used_up(**{"x-ratelimit-requests-reset": "2"}))
    choose(page, picture(tmp_path, "patient.jpg"))
    expect(row(page, "patient")).to_contain_text("Sent again in")
    expect(card(page, "patient")).to_be_visible()


def test_a_picture_whose_answer_was_lost_is_sent_again_and_kept_once(
    browser: Browser, site: str, tmp_path: Path, provider: ObjectCut
) -> None:
    provider.always(behaviours.slowly(1))
    port = urlsplit(site).port
    assert port
    with Proxy(port) as link:
        page = browser.new_page(base_url=f"http://127.0.0.1:{link.port}")
        page.goto("/")
        choose(page, picture(tmp_path, "once.jpg"))
        expect(row(page, "once")).to_contain_text("Removing")
        link.cut()
        page.wait_for_timeout(2_000)  # the server finishes meanwhile
        link.restore()
        expect(page.get_by_text("1 of 5 used")).to_be_visible(timeout=30_000)
        expect(card(page, "once")).to_have_count(1, timeout=30_000)
        assert len(provider.calls) == 1
        page.close()


def test_an_upload_on_its_way_can_be_cancelled(page: Page, tmp_path: Path, provider: ObjectCut) -> None:
    provider.always(behaviours.slowly(5))
    choose(page, picture(tmp_path, "unwanted.jpg"))
    expect(row(page, "unwanted")).to_contain_text("Removing")
    button(row(page, "unwanted"), "Cancel").click()
    expect(row(page, "unwanted")).to_have_count(0)


@pytest.mark.extended
def test_pictures_over_the_limit_wait_for_a_slot(page: Page, tmp_path: Path) -> None:
    keep(page, tmp_path, "one", "two", "three", "four", "five")
    expect(page.get_by_text("5 of 5 used").first).to_be_visible()
    choose(page, picture(tmp_path, "six.jpg"))
    expect(row(page, "six")).to_contain_text("Limit reached: delete a picture to send it")
    button(card(page, "one"), "Delete").click()
    page.mouse.move(0, 0)  # nothing pauses the undo, so its time must pass first
    expect(card(page, "six")).to_be_visible(timeout=15_000)
    assert "one" not in names(page)


def test_offline_is_said_and_the_queue_goes_on_when_it_is_over(page: Page, tmp_path: Path) -> None:
    page.context.set_offline(True)
    expect(page.get_by_text("offline").first).to_be_visible()
    choose(page, picture(tmp_path, "later.jpg"))
    expect(row(page, "later")).to_contain_text("Waiting for the connection")
    page.context.set_offline(False)
    expect(card(page, "later")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "Reload the page"),
        (403, "Open the site itself"),
        (413, "Send a smaller one"),
        (500, "Something went wrong"),
        (503, "try again in a minute"),
    ],
)
def test_every_refusal_says_what_to_do(page: Page, tmp_path: Path, status: int, sentence: str) -> None:
    refuse(page, "**/api/upload", status)
    choose(page, picture(tmp_path, "refused.jpg"))
    expect(row(page, "refused")).to_contain_text(sentence)
