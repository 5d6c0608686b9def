"""The leftovers of an upload that fails at any of its steps."""

from dataclasses import replace

import pytest

from common.domain.errors import (
    ApplicationError,
    ImageTooLarge,
    RateLimited,
    RemoverFailed,
    RemoverTimeout,
    Unavailable,
    UnreadableImage,
)
from common.domain.mattes import Look, Matte
from tests.fakes import START, FakeCodec, FakeImages, FakeRecords, FakeRemover, Steps
from tests.use_cases import use_cases


class Upload:
    """A user's upload, the only one that the limit allows."""

    def __init__(self, **failing: BaseException) -> None:
        self.steps = Steps()
        self.records, self.images = FakeRecords(self.steps), FakeImages(self.steps)
        made = use_cases(
            self.records,
            self.records,
            images=lambda: self.images,
            codec=lambda: FakeCodec(self.steps),
            remover=self._load_remover,
            user_limit=1,
            clock=lambda: START,
        )
        self.uploads, self.gallery = made.uploads, made.gallery
        self.steps.failing.update(failing)

    def _load_remover(self) -> FakeRemover:
        self.steps.take("load")
        return FakeRemover(self.steps)

    def run(self) -> None:
        self.uploads.add("me", b"picture", name="cat", file_name="")

    def fails_with(self, error: BaseException) -> None:
        with pytest.raises(type(error)) as raised:
            self.run()
        assert raised.value is error


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("ensure_fits", ImageTooLarge()),
        ("acquire", Unavailable()),
        ("read", UnreadableImage()),
        ("load", OSError("the model is gone")),
        ("matte", RemoverFailed()),
        ("matte", RemoverTimeout()),
        ("matte", RateLimited(retry_after=3)),
        ("matte", ZeroDivisionError("a bug")),
        ("cut_out", MemoryError()),
        ("save", ImageTooLarge()),
        ("save", Unavailable()),
        ("complete", Unavailable()),
        ("complete", ImageTooLarge()),
        ("matte", KeyboardInterrupt()),
        ("matte", SystemExit(1)),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_failed_upload_keeps_nothing_and_frees_its_slot(step: str, error: BaseException) -> None:
    upload = Upload(**{step: error})

    upload.fails_with(error)

    assert upload.records.kept == {}
    assert upload.images.objects == {}
    upload.steps.failing.clear()
    upload.run()
    assert upload.gallery.list("me").used == 1


@pytest.mark.parametrize("step", ["ensure_fits", "acquire"])
def test_an_upload_without_a_slot_releases_none(step: str) -> None:
    upload = Upload(**{step: Unavailable()})

    upload.fails_with(upload.steps.failing[step])

    assert upload.steps.taken[-1] == step


def test_a_slot_that_cannot_be_released_is_left_to_cleanup_and_the_first_error_is_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = RemoverFailed()
    upload = Upload(matte=first, release=Unavailable())

    upload.fails_with(first)

    [record_id] = upload.records.kept
    assert f"the lease and images of {record_id} are left to cleanup" in caplog.text
    assert upload.gallery.list("me").used == 1
    assert upload.gallery.list("me").records == ()


def test_the_images_of_a_record_that_may_still_be_there_are_left_alone() -> None:
    upload = Upload(
        complete=Unavailable(), release=Unavailable()
    )  # the database may have applied the first attempt

    upload.fails_with(upload.steps.failing["complete"])

    assert len(upload.images.objects) == 3


def test_images_that_cannot_be_removed_neither_hide_the_first_error_nor_keep_the_slot() -> None:
    first = RemoverTimeout()
    upload = Upload(complete=first, remove=Unavailable())

    upload.fails_with(first)

    assert upload.gallery.list("me").used == 0


def test_a_lease_that_was_released_meanwhile_is_a_timeout_and_leaves_no_images() -> None:
    upload = Upload()

    class Slow(FakeRemover):
        def matte(self, look: Look) -> Matte:
            upload.records.kept.clear()  # cleanup took the lease for a dead process's
            return super().matte(look)

    upload.uploads = replace(upload.uploads, remover=lambda: Slow(upload.steps))

    with pytest.raises(RemoverTimeout):
        upload.run()

    assert upload.images.objects == {}
    assert upload.records.kept == {}


def test_an_error_of_ours_says_something_to_its_caller_by_default() -> None:
    assert ApplicationError().detail == "Something went wrong"
    assert RemoverFailed().detail == RemoverTimeout().detail == "Failed to generate the image"
    assert str(Unavailable("in other words")) == "in other words"
