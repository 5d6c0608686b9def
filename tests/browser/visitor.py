"""A visitor's actions and observations on the page."""

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.photos import photo


def picture(folder: Path, name: str, width: int = 480, height: int = 320) -> Path:
    """Write a photo that the service accepts, and return its path."""
    path = folder / name
    path.write_bytes(photo(width, height, "JPEG", quality=90))
    return path


def choose(page: Page, *paths: Path) -> None:
    """Choose files, as a click on the drop zone does; the page sends them at once."""
    page.set_input_files("#image", list(paths))


def keep(page: Page, folder: Path, *names: str) -> None:
    """Upload a picture of each name and wait until all are in the list."""
    choose(page, *(picture(folder, f"{name}.jpg") for name in names))
    for name in names:
        expect(card(page, name)).to_be_visible()


def card(page: Page, name: str) -> Locator:
    """Return the card of the record with this name."""
    heading = page.get_by_role("heading", level=3, name=name, exact=True)
    return page.get_by_role("list", name="Your pictures").get_by_role("listitem").filter(has=heading)


def row(page: Page, name: str) -> Locator:
    """Return the queue's row of the picture with this name."""
    return (
        page.get_by_role("list", name="Pictures on their way").get_by_role("listitem").filter(has_text=name)
    )


def names(page: Page) -> Sequence[str]:
    """Return the names in the list, from the first to the last."""
    listed = page.get_by_role("list", name="Your pictures").get_by_role("heading", level=3)
    return listed.all_text_contents()


def button(place: Page | Locator, name: str) -> Locator:
    """Return the button of this name."""
    return place.get_by_role("button", name=name, exact=True)


def refuse(page: Page, address: str, status: int) -> None:
    """Answer calls to this address as a proxy in front of the server does: with its own page."""
    answer = {"status": status, "content_type": "text/html", "body": "<h1>a proxy's own page</h1>"}
    page.route(address, lambda route: route.fulfill(**answer))


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, target: Locator, *, most: int = 60) -> None:
    """Walk by Tab until the focus is on the target."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")


def share(page: Page, *paths: Path) -> None:
    """Share pictures like a phone, which posts them to the manifest's share target."""
    page.evaluate(
        """async () => {
            await navigator.serviceWorker.ready;
            const manifest = await (await fetch(document.querySelector("link[rel=manifest]").href)).json();
            const { action, method, enctype, params } = manifest.share_target;
            const form = document.createElement("form");
            Object.assign(form, { id: "share", action, method, enctype });
            const [{ name }] = params.files;
            const input = document.createElement("input");
            form.append(Object.assign(input, { type: "file", name, multiple: true }));
            document.body.append(form);
        }"""
    )
    page.set_input_files("#share input", list(paths))
    with page.expect_navigation():
        page.evaluate("() => document.getElementById('share').submit()")
