"""The upload and the rules for names, with fakes for everything else."""

import hashlib
from datetime import timedelta

import pytest

from common.domain.errors import InvalidName, LimitReached, NotFound
from common.domain.models import TimeWindow
from common.domain.names import validated_name
from common.timeouts import LEASE_TTL
from tests.fakes import START, UPLOAD
from tests.world import PICTURE, World


@pytest.fixture
def world() -> World:
    return World()


def test_an_upload_is_kept_with_its_cut_out_and_preview(world: World) -> None:
    added = world.uploads.add("me", PICTURE, name=" A cat ", file_name="photo.jpg")

    record = added.record
    assert (record.image_name, record.content_type, record.size) == ("A cat", "image/png", len(PICTURE))
    assert (record.width, record.height, record.created_on) == (4, 3, "2026-03-01 12:00:00")
    assert added.used == 1
    assert world.gallery.list("me").records == (record,)
    assert list(world.images.objects.values()) == [PICTURE, b"the cut-out", b"the preview"]
    assert world.records.kept[record.record_id].sha256 == hashlib.sha256(PICTURE).hexdigest()


def test_the_slot_is_taken_before_any_work_is_done_and_the_record_is_completed_last(world: World) -> None:
    world.add()

    assert world.steps.taken == [
        "ensure_fits",
        "acquire",
        "read",
        "matte",
        "cut_out",
        "save",
        "complete",
    ]


def test_the_remover_sees_white_instead_of_transparency(world: World) -> None:
    world.add()

    [shown] = world.remover.shown
    assert shown.mode == "RGB"
    assert [shown.getpixel((0, 0)), shown.getpixel((3, 2))] == [(255, 255, 255), (255, 0, 0)]


def test_a_user_at_the_limit_is_refused_before_any_work_is_done(world: World) -> None:
    world.add()
    world.add()
    world.steps.taken.clear()

    with pytest.raises(LimitReached):
        world.add()

    assert world.steps.taken == ["ensure_fits", "acquire"]
    assert world.gallery.list("me").used == 2
    assert world.add("you")


def test_a_claim_of_a_dead_process_does_not_count(world: World) -> None:
    for _ in range(2):
        world.records.acquire("me", UPLOAD, limit=2, now=START, valid=TimeWindow(START))

    world.clock.now += LEASE_TTL
    with pytest.raises(LimitReached):
        world.add()
    world.clock.now += timedelta(seconds=1)
    world.add()


@pytest.mark.parametrize(
    ("file_name", "expected"),
    [
        ("photo.jpg", "photo"),
        ("C:\\pictures\\my cat.png", "my cat"),
        ("../../etc/passwd", "passwd"),
        ("архив.tar.gz", "архив.tar"),
        ("a\nb\0c\u2028d.png", "abcd"),
        ("\ud800.png", "Untitled"),
        ("x" * 300 + ".png", "x" * 100),
        ("y" * 99 + " z.png", "y" * 99),
        (".png", ".png"),
        ("", "Untitled"),
        ("   .png", "Untitled"),
        ("\u200b\u2060.png", "Untitled"),
        ("photo\u202egnp.exe", "photognp"),
        ("/", "Untitled"),
    ],
)
def test_an_upload_without_a_name_takes_its_files_stem(world: World, file_name: str, expected: str) -> None:
    world.add(name="  ", file_name=file_name)

    assert world.gallery.list("me").records[0].image_name == expected


def test_a_name_that_was_given_is_not_put_right_silently(world: World) -> None:
    with pytest.raises(InvalidName):
        world.add(name="x" * 101)

    assert world.steps.taken == []


# Names


@pytest.mark.parametrize(
    "name", ["a", " a ", "x" * 100, "猫 🐈", "a/b: \"c\" <d> & 'e'", "e\u0301", "👩‍👩‍👧"]
)
def test_a_name_is_taken_without_the_space_around_it(name: str) -> None:
    assert validated_name(name) == name.strip()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\u2066a\u2069\u200e\u200f\u061c", "a"),
        ("a\u200b\u200c\u200d\ufeff\u2060b", "a\u200c\u200db"),
        ("\u200b a \u200b", "a"),
        ("x" * 100 + "\u200b", "x" * 100),
    ],
)
def test_direction_controls_and_most_zero_width_characters_are_dropped(sent: str, kept: str) -> None:
    assert validated_name(sent) == kept


@pytest.mark.parametrize(
    "name", ["\u200b", "\u202e\u2066", "\u200c\u200d", "\U000e0041", "\u3164", "\u2800 \u00a0", "\ufe0f"]
)
def test_a_name_in_which_nothing_is_visible_is_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        validated_name(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", "\n", "x" * 101, "a\nb", "a\rb", "a\tb", "a\0b", "a\x7fb", "a\x85b", "a\u2028b", "\udcff"],
)
def test_a_name_that_is_empty_too_long_or_breaks_lines_is_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        validated_name(name)


def test_a_record_is_renamed_for_its_owner_only(world: World) -> None:
    record_id = world.add()

    world.gallery.rename("me", record_id, " dog ")
    with pytest.raises(NotFound):
        world.gallery.rename("you", record_id, "stolen")
    with pytest.raises(InvalidName):
        world.gallery.rename("me", record_id, "\n")

    assert world.gallery.find("me", record_id).image_name == "dog"
