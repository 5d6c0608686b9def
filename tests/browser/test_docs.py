"""The page about the API."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect


@pytest.mark.extended
def test_the_page_about_the_api_is_linked_readable_and_accessible(
    page: Page, shot: Callable[[str], Path]
) -> None:
    page.get_by_role("link", name="API for programs").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("API")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    shot("docs")

    page.get_by_role("navigation").get_by_role("link", name="Remove a background as remove.bg does").click()
    expect(page).to_have_url(re.compile("#removebg$"))
    expect(page.get_by_role("region", name="Remove a background as remove.bg does")).to_be_in_viewport()
    page.get_by_role("link", name="Image Background Remover").click()
    expect(page).to_have_title("Image Background Remover")
