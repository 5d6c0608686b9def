"""Images kept inline, in the original application's fields."""

import base64

import pytest

from common.domain.errors import ImageTooLarge
from common.domain.models import Images, InMemoryImage
from common.storage.inline import DOCUMENT_BYTES, InlineImageStore
from tests.fakes import START, VARIANTS

IMAGES = Images(b"\xff original", b"\x89 processed", b"RIFF preview")


def test_images_are_kept_as_the_original_application_kept_them() -> None:
    fields = InlineImageStore().save("me", "id", IMAGES)

    assert fields == {
        "original_image_base64": base64.b64encode(b"\xff original").decode(),
        "processed_image_base64": base64.b64encode(b"\x89 processed").decode(),
        "preview": b"RIFF preview",
    }


def test_saved_images_are_loaded_from_the_stores_fields() -> None:
    store = InlineImageStore()
    kept = store.save("me", "id", IMAGES)

    for variant in VARIANTS:
        asked = {name: kept[name] for name in store.fields(variant) if name in kept}
        assert store.load(variant, asked) == InMemoryImage(getattr(IMAGES, variant))


def test_an_image_that_a_record_does_not_have_is_none() -> None:
    assert [InlineImageStore().load(variant, {}) for variant in VARIANTS] == [None, None, None]


def test_base64_that_was_kept_as_bytes_is_read_too() -> None:
    fields = {"original_image_base64": base64.b64encode(b"old")}

    assert InlineImageStore().load("original", fields) == InMemoryImage(b"old")


def test_a_field_of_another_kind_is_a_bug_that_is_named() -> None:
    with pytest.raises(TypeError, match="int"):
        InlineImageStore().load("processed", {"processed_image_base64": 7})


def test_an_original_that_just_fits_is_taken_and_one_byte_more_is_refused() -> None:
    InlineImageStore().ensure_fits(DOCUMENT_BYTES)

    with pytest.raises(ImageTooLarge, match="The picture takes 17 MB"):
        InlineImageStore().ensure_fits(DOCUMENT_BYTES + 1)


@pytest.mark.parametrize(("spare", "binary"), [(0, False), (1, True)])
def test_images_too_long_as_base64_are_kept_as_binary(spare: int, binary: bool) -> None:
    half = bytes(DOCUMENT_BYTES // 8 * 3 - 3)
    room = DOCUMENT_BYTES - 2 * (len(half) // 3 * 4)
    images = Images(half, half, bytes(room + spare))

    kept = InlineImageStore().save("me", "id", images)

    assert ("original_image" in kept) == binary
    assert ("original_image_base64" in kept) != binary
    loaded = [InlineImageStore().load(variant, kept) for variant in VARIANTS]
    assert loaded == [InMemoryImage(content) for content in (half, half, images.preview)]


def test_images_too_large_for_a_document_are_refused() -> None:
    third = bytes(DOCUMENT_BYTES // 3)
    InlineImageStore().save("me", "id", Images(third, third, third))

    with pytest.raises(ImageTooLarge, match="and its cut-out"):
        InlineImageStore().save("me", "id", Images(third, third, third + bytes(3)))


def test_the_refusal_says_how_to_lift_the_limit() -> None:
    with pytest.raises(ImageTooLarge, match=r"Send a smaller one.*bucket \(IMAGE_BUCKET\) lifts this limit"):
        InlineImageStore().ensure_fits(DOCUMENT_BYTES + 1)


def test_there_is_nothing_to_remove_beside_the_record() -> None:
    store = InlineImageStore()

    assert store.remove([("me", "id")]) == 0
    assert list(store.old_objects(START)) == []
    assert store.discard([]) == 0
