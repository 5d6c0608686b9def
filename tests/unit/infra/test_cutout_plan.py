"""The pictures of infra.cutout, and the targets of their cut-outs."""

import os
from pathlib import Path

import pytest

from infra.cutout.plan import Existing, Naming, Plan, Task


class Planned:
    """A plan in a folder, and its refusals."""

    def __init__(self, naming: Naming, existing: Existing = "fail") -> None:
        self.refused: dict[str, str] = {}
        self.plan = Plan(naming, existing, self.refused.__setitem__)

    def tasks(self, *inputs: Path) -> list[Task]:
        return self.plan.tasks(self.plan.find(inputs))

    def targets(self, *inputs: Path) -> dict[Path | None, tuple[Path, ...]]:
        return {task.source: task.targets for task in self.tasks(*inputs)}


BESIDE = Naming("beside", "png")


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_a_cut_out_is_beside_its_picture_and_named_after_it(tmp_path: Path) -> None:
    picture = tmp_path / "a.b.jpg"
    touch(picture)

    assert Planned(BESIDE).targets(picture) == {picture: (tmp_path / "a.b-cut-out.png",)}
    assert Planned(Naming("beside", "webp")).targets(picture) == {picture: (tmp_path / "a.b-cut-out.webp",)}


def test_a_folder_keeps_its_structure_below_the_output_folder(tmp_path: Path) -> None:
    inside, below, out = tmp_path / "in/a.JPG", tmp_path / "in/sub/deep/b.heic", tmp_path / "out"
    touch(inside, below)

    found = Planned(Naming("folder", "png", out)).targets(tmp_path / "in")

    assert found == {inside: (out / "a.png",), below: (out / "sub/deep/b.png",)}


def test_only_pictures_are_processed_and_neither_hidden_ones_nor_cut_outs(tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    others = ("notes.txt", ".hidden.jpg", ".cache/b.jpg", "a-cut-out.png", "._a.jpg", ".cutout-1-1.part")
    touch(picture, *(tmp_path / name for name in others))

    assert [task.source for task in Planned(BESIDE, "overwrite").tasks(tmp_path)] == [picture]


def test_an_output_folder_inside_the_input_is_not_searched(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg", tmp_path / "out/old.png")

    planned = Planned(Naming("folder", "png", tmp_path / "sub/../out"))

    assert [task.source for task in planned.tasks(tmp_path)] == [tmp_path / "a.jpg"]


def test_a_cut_out_of_this_run_is_never_taken_for_a_picture(tmp_path: Path) -> None:
    inside = tmp_path / "a/a/b.jpg"  # with -o tmp_path, its cut-out would be in a folder that is searched
    touch(inside)
    planned = Planned(Naming("folder", "png", tmp_path), "overwrite")
    [task] = planned.tasks(tmp_path / "a")
    touch(*task.targets)

    assert task.targets == (tmp_path / "a/b.png",)
    assert [source for source, _ in planned.plan.find([tmp_path / "a"])] == [inside]


def test_circular_links_end_and_each_file_is_processed_once(tmp_path: Path) -> None:
    touch(tmp_path / "in/a.jpg")
    (tmp_path / "in/again").symlink_to(tmp_path / "in")
    (tmp_path / "in/loop.jpg").symlink_to(tmp_path / "in/loop.jpg")

    sources = [task.source for task in Planned(BESIDE).tasks(tmp_path / "in", tmp_path / "in/a.jpg")]

    assert sources == [tmp_path / "in/a.jpg", tmp_path / "in/loop.jpg"]


def test_a_folder_without_pictures_is_reported_unless_it_is_watched(tmp_path: Path) -> None:
    touch(tmp_path / "in/notes.txt")
    planned = Planned(BESIDE)

    assert planned.tasks(tmp_path / "in") == []
    assert planned.refused == {str(tmp_path / "in"): "There is no picture in this folder."}
    assert Planned(BESIDE).plan.find([tmp_path / "in"], may_be_empty=True) == []


def test_two_pictures_never_have_the_same_cut_out(tmp_path: Path) -> None:
    first, second = tmp_path / "a.heic", tmp_path / "a.jpg"
    touch(first, second)
    planned = Planned(BESIDE, "skip")

    assert [task.source for task in planned.tasks(tmp_path)] == [first]
    assert "so would that of" in planned.refused[str(second)]


@pytest.mark.parametrize("existing", ["fail", "overwrite", "skip", "update"])
def test_no_cut_out_overwrites_its_picture_however_it_is_named(tmp_path: Path, existing: Existing) -> None:
    picture, link, hard = tmp_path / "a.png", tmp_path / "link.png", tmp_path / "hard.png"
    touch(picture)
    link.symlink_to(picture)
    os.link(picture, hard)

    for target in (picture, link, hard, tmp_path / "../" / tmp_path.name / "a.png"):
        planned = Planned(Naming("file", "png", target), existing)
        assert planned.tasks(picture) == []
        assert "overwrite it" in planned.refused[str(picture)]


def test_no_cut_out_overwrites_another_picture_of_the_run(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jpg", tmp_path / "a-cut-out.png"
    touch(first, second)
    planned = Planned(BESIDE, "overwrite")

    assert [task.source for task in planned.tasks(first, second)] == [second]
    assert "is to be cut out, too" in planned.refused[str(first)]


def test_existing_files_are_refused_replaced_or_skipped(tmp_path: Path) -> None:
    picture, old = tmp_path / "a.jpg", tmp_path / "a-cut-out.png"
    touch(picture, old)
    refusing, replacing, skipping = Planned(BESIDE), Planned(BESIDE, "overwrite"), Planned(BESIDE, "skip")

    assert [len(each.tasks(picture)) for each in (refusing, replacing, skipping)] == [0, 1, 0]
    assert "--skip-existing" in refusing.refused[str(picture)]
    assert (skipping.plan.skipped, replacing.refused, skipping.refused) == (1, {}, {})


def test_an_update_is_of_pictures_that_are_newer_than_their_cut_outs(tmp_path: Path) -> None:
    picture, old = tmp_path / "a.jpg", tmp_path / "a-cut-out.png"
    touch(picture, old)
    os.utime(picture, (100, 100))
    os.utime(old, (101, 101))
    assert Planned(BESIDE, "update").tasks(picture) == []

    os.utime(picture, (102, 102))
    assert len(Planned(BESIDE, "update").tasks(picture)) == 1


@pytest.mark.parametrize("existing", ["fail", "overwrite"])
def test_a_folder_is_never_a_cut_out(tmp_path: Path, existing: Existing) -> None:
    picture = tmp_path / "a.jpg"
    touch(picture)
    (tmp_path / "a-cut-out.png").mkdir()
    planned = Planned(BESIDE, existing)

    assert planned.tasks(picture) == []
    assert "which is a folder" in planned.refused[str(picture)]


def test_a_cut_out_of_format_auto_is_named_by_its_format_and_found_again(tmp_path: Path) -> None:
    picture = tmp_path / "a.webp"
    touch(picture)
    [task] = Planned(Naming("beside", "auto")).tasks(picture)

    assert task.target(".jpg") == tmp_path / "a-cut-out.jpg"
    assert task.target(".png") == tmp_path / "a-cut-out.png"
    touch(tmp_path / "a-cut-out.jpg")
    assert Planned(Naming("beside", "auto"), "skip").tasks(picture) == []


def test_standard_input_goes_to_a_file_or_to_standard_output(tmp_path: Path) -> None:
    target = tmp_path / "a.jpeg"
    [task] = Planned(Naming("file", "jpg", target)).plan.stdin_tasks()
    assert (task.source, task.target(".jpg"), task.name) == (None, target, "standard input")
    [task] = Planned(Naming("stdout", "png")).plan.stdin_tasks()
    assert task.target(".png") is None

    touch(target)
    planned = Planned(Naming("file", "jpg", target))
    assert planned.plan.stdin_tasks() == []
    assert "exists already" in planned.refused["standard input"]


def test_names_of_any_bytes_are_shown_on_one_line(tmp_path: Path) -> None:
    picture = tmp_path / os.fsdecode(b"a\n\xff\x1b[31m.jpg")
    touch(picture)

    [task] = Planned(BESIDE).tasks(tmp_path)

    assert task.source == picture
    assert task.name == f"{tmp_path}/a\\n\\udcff\\x1b[31m.jpg"
