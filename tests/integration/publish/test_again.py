"""Publishing over what is up already: only what differs moves."""

from google.cloud import storage

from tests.integration.publish.sites import FINGERPRINT, SITE, Capture, Site


def test_a_second_run_has_nothing_to_do(site: Site, capsys: Capture) -> None:
    site.publish()
    before = site.objects()
    capsys.readouterr()

    assert site.publish() == 0
    assert capsys.readouterr().out == "Published: uploaded 0, unchanged 12, deleted 0, 0 bytes sent.\n"
    assert site.objects() == before


def test_a_changed_module_goes_up_with_what_leads_to_it_and_nothing_else(site: Site) -> None:
    site.publish()
    before = site.objects()
    site.change({"parts/a.js": 'export const a = () => import("../late.js"); // changed'})

    assert site.publish() == 0
    after = site.objects()
    changed = {FINGERPRINT.sub("", name) for name in after if after[name] != before.get(name)}
    assert changed == {"parts/a.js", "main.js", "index.html"}
    assert {FINGERPRINT.sub("", name) for name in set(before) - set(after)} == {"parts/a.js", "main.js"}
    site.loaded()


def test_what_is_no_longer_part_is_deleted(site: Site, capsys: Capture) -> None:
    site.publish()
    capsys.readouterr()
    site.change(
        {"parts/a.js": "export const a = () => 1;", "late.js": None, "drawing.png": None, "robots.txt": None}
    )

    assert site.publish() == 0
    assert ", deleted 5, " in capsys.readouterr().out
    assert {FINGERPRINT.sub("", name) for name in site.objects()} == {
        name for name in SITE if name not in ("late.js", "drawing.png", "robots.txt")
    }


def test_an_object_with_other_headers_is_put_right(site: Site, capsys: Capture) -> None:
    site.publish()
    blob = storage.Client(project=None).bucket(site.bucket).blob("index.html")
    blob.cache_control = "public, max-age=3600"
    blob.patch()
    capsys.readouterr()

    assert site.publish() == 0
    assert capsys.readouterr().out.startswith("Published: uploaded 1, unchanged 11, deleted 0")
    assert site.get("index.html").headers["Cache-Control"] == "no-cache"


def test_a_dry_run_tells_and_changes_nothing(site: Site, capsys: Capture) -> None:
    assert site.publish("--dry-run") == 0
    output, _ = capsys.readouterr()
    assert site.objects() == {}
    assert output.splitlines()[-2].startswith("upload  index.html  (")
    assert output.splitlines()[-1].startswith("Nothing was changed. It would be: uploaded 12, unchanged 0")

    site.publish()
    before, main_js = site.objects(), site.name("main.js")
    capsys.readouterr()
    site.change({"main.js": "export const x = 1;"})
    assert site.publish("--dry-run") == 0
    assert f"delete  {main_js}\n" in capsys.readouterr().out
    assert site.objects() == before
