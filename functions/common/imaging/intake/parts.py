"""What the readers of all formats share: what they hand on, and how much may be in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from common.domain.errors import TooManyPixels, UnreadableImage

MOST_PARTS = 100_000  # chunks, segments or blocks of one file; a photo of 20 MB has some thousands
MOST_PROFILE = 4 << 20  # bytes; the largest profiles for printing have three million


@dataclass(frozen=True, slots=True)
class Admitted:
    """A file with one picture and what its colours need, nothing else; `format` is Pillow's name for it.

    Where there are `trials`, it is damaged if one of these small files of the same format cannot be decoded.
    """

    format: str
    pieces: Sequence[bytes | memoryview]
    orientation: int = 1
    trials: Iterable[bytes] = ()

    @property
    def content(self) -> bytes:
        """Return the file in one piece."""
        first = self.pieces[0]
        return first if len(self.pieces) == 1 and isinstance(first, bytes) else b"".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How large a picture may be."""

    megapixels: int

    @property
    def pixels(self) -> int:
        """Return how many pixels are allowed."""
        return self.megapixels * 1_000_000

    def check(self, width: int, height: int) -> None:
        """Raise TooManyPixels for too many pixels, and UnreadableImage for none."""
        require(width > 0 and height > 0)
        if width * height > self.pixels:
            raise TooManyPixels(
                f"The picture has {width} x {height} pixels;"
                f" at most {self.megapixels} million are allowed. Send a smaller one."
            )


def require(holds: bool) -> None:
    """Raise UnreadableImage where a file does not hold what its format asks for."""
    if not holds:
        raise UnreadableImage
