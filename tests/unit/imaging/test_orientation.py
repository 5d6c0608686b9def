"""The orientation in an EXIF block."""

import pytest

from common.imaging.orientation import orientation
from tests.unit.imaging.hostile_pictures.parts import patched

EXIF = b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"


@pytest.mark.parametrize(
    ("block", "turned"),
    [
        (EXIF, 6),
        (b"Exif\0\0" + EXIF, 6),
        (b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\3\0\0\0\0\0\0\0", 3),
        (patched(EXIF, 19, b"\x09"), 1),
        (patched(EXIF, 13, b"\2"), 1),
        (patched(EXIF, 4, b"\xff"), 1),
        (EXIF[:15], 1),
        (b"", 1),
        (b"text", 1),
    ],
)
def test_an_orientation_is_read_or_ignored(block: bytes, turned: int) -> None:
    assert orientation(block) == turned
