"""web/docs.html describes the calls of web/openapi.yaml, and loads nothing from other sites."""

import re

import yaml

from infra.local import ROOT
from infra.site.docs import page

WEB = ROOT / "web"
SOURCE = (WEB / "openapi.yaml").read_text("utf-8")
PAGE = (WEB / "docs.html").read_text("utf-8")


def test_the_page_is_current() -> None:
    assert page(SOURCE) == PAGE, "Run `python -m infra.site.docs`."


def test_every_operation_is_described_with_its_parameters_and_answers() -> None:
    for path, item in yaml.safe_load(SOURCE)["paths"].items():
        for method in {"get", "post", "put", "delete"} & item.keys():
            section = PAGE.split(f'<h2 id="{item[method]["operationId"]}">')[1].split("</section>")[0]
            assert f"<code>{method.upper()} {path}</code>" in section
            for status in item[method]["responses"]:
                assert f"<code>{status}</code></th>" in section
    for parameter in ("image_file_b64", "crop_margin", "to_remove", "include", "Idempotency-Key"):
        assert f"<code>{parameter}</code></th>" in PAGE


def test_the_page_loads_nothing_from_elsewhere_and_runs_no_script() -> None:
    assert {link for link in re.findall(r'(?:src|href)="([^"]*)"', PAGE) if link[0] != "#"} == {
        *("/", "/favicon.svg", "/openapi.yaml"),
        *(f"/styles/{name}.css" for name in ("tokens", "base", "page", "docs")),
    }
    assert not re.search(r"<script|\sstyle=|<style|\son\w+=", PAGE)


def test_every_operation_is_linked_at_the_top() -> None:
    links = re.findall(r'href="#([^"]*)"', PAGE)

    assert links == re.findall(r'<section [^>]*aria-labelledby="([^"]*)"', PAGE)
    assert len(links) > 10


def test_a_description_that_comes_again_refers_to_the_first() -> None:
    account = PAGE.split('<h2 id="account">')[1].split("</section>")[0]

    assert account.count("insufficient_credits") == 1
    assert "<td>As 403.</td>" in account


def test_descriptions_are_escaped() -> None:
    source = SOURCE.replace("Upload a picture and remove its background", "<script>a</script>")

    assert "&lt;script&gt;a&lt;/script&gt;" in page(source)
    assert "<script" not in page(source)
