"""Publishing again: only differences are uploaded."""

from google.cloud import storage

from tests.integration.publish.sites import SITE, VERSION, Capture, Site


def test_a_second_run_has_nothing_to_do(site: Site, capsys: Capture) -> None:
    site.publish()
    before = site.objects()
    capsys.readouterr()

    assert site.publish() == 0
    assert capsys.readouterr().out == "Published: uploaded 0, unchanged 11, deleted 0, 0 bytes sent.\n"
    assert site.objects() == before


def test_a_changed_module_makes_a_version_of_its_own_beside_the_one_before(site: Site) -> None:
    site.publish()
    before = site.objects()
    site.change({"parts/a.js": 'export const a = () => import("../late.js"); // changed'})

    assert site.publish() == 0
    after = site.objects()
    changed = {name for name in after if after[name] != before.get(name)}
    assert {VERSION.sub("", name) for name in changed} == set(SITE) - {"favicon.svg", "robots.txt"}
    assert set(before) < set(after)
    site.loaded()


def test_an_open_page_loads_modules_until_the_publication_after_the_next(site: Site, capsys: Capture) -> None:
    site.publish()
    late = f"{site.version()}late.js"
    site.change({"styles/words.css": "p { color: blue }"})
    capsys.readouterr()

    assert site.publish() == 0
    assert capsys.readouterr().out.endswith("; kept 7 files of the version before.\n")
    assert site.publish() == 0
    assert site.get(late).status_code == 200

    kept = f"{site.version()}late.js"
    site.change({"styles/words.css": "p { color: green }"})
    assert site.publish() == 0
    assert ", deleted 7, " in capsys.readouterr().out
    assert site.get(late).status_code == 404
    assert site.get(kept).status_code == 200


def test_a_version_that_comes_back_is_not_uploaded_again(site: Site, capsys: Capture) -> None:
    site.publish()
    site.change({"styles/words.css": "p { color: blue }"})
    site.publish()
    site.change({"styles/words.css": SITE["styles/words.css"]})
    capsys.readouterr()

    assert site.publish() == 0
    assert capsys.readouterr().out.startswith("Published: uploaded 2, unchanged 9, deleted 0, ")
    site.loaded()


def test_a_file_that_is_no_longer_part_is_deleted(site: Site, capsys: Capture) -> None:
    site.publish()
    capsys.readouterr()
    site.change({"parts/a.js": "export const a = () => 1;", "late.js": None, "robots.txt": None})

    assert site.publish() == 0
    assert ", deleted 1, " in capsys.readouterr().out
    assert {VERSION.sub("", name) for name in site.current()} == set(SITE) - {"late.js", "robots.txt"}


def test_an_object_with_other_headers_is_replaced(site: Site, capsys: Capture) -> None:
    site.publish()
    blob = storage.Client(project=None).bucket(site.bucket).blob("index.html")
    blob.cache_control = "public, max-age=3600"
    blob.patch()
    capsys.readouterr()

    assert site.publish() == 0
    assert capsys.readouterr().out.startswith("Published: uploaded 1, unchanged 10, deleted 0")
    assert site.get("index.html").headers["Cache-Control"] == "no-cache"


def test_a_dry_run_shows_the_plan_and_changes_nothing(site: Site, capsys: Capture) -> None:
    assert site.publish("--dry-run") == 0
    output, _ = capsys.readouterr()
    assert site.objects() == {}
    assert output.splitlines()[-2].startswith("upload  index.html  (")
    assert output.splitlines()[-1].startswith("Nothing was changed. It would be: uploaded 11, unchanged 0")

    site.publish()
    before = site.objects()
    capsys.readouterr()
    site.change({"robots.txt": None})
    assert site.publish("--dry-run") == 0
    assert "delete  robots.txt\n" in capsys.readouterr().out
    assert site.objects() == before
