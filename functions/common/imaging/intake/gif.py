"""GIF: a screen, then extensions and images, each in blocks of at most 255 bytes."""

import struct

from common.domain.errors import UnreadableImage
from common.imaging.intake.parts import MOST_PARTS, Admitted, Ceiling, require

_EXTENSION, _IMAGE, _CONTROL = 0x21, 0x2C, 0xF9


def admit(content: bytes, ceiling: Ceiling) -> Admitted:
    """Return the first image on its screen, without comments and what follows."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    place = start = 13 + _palette(flags)
    control = b""
    left = MOST_PARTS
    while content[place] == _EXTENSION:
        require(left > 0)
        end, left = _blocks(content, place + 2, left)
        if content[place + 1] == _CONTROL and content[place + 2] == 4:
            control = content[place:end]
        place = end
    require(content[place] == _IMAGE)
    x, y, across, down, flags = struct.unpack_from("<HHHHB", content, place + 1)
    require(across > 0 and down > 0)
    # Pillow widens the screen for an image that reaches beyond it.
    ceiling.check(max(width, x + across), max(height, y + down))
    end, _ = _blocks(content, place + 11 + _palette(flags), MOST_PARTS)
    require(content[place + 10 + _palette(flags)] <= 8)
    view = memoryview(content)
    return Admitted("GIF", [view[:start], control, view[place:end], b";"])


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(content: bytes, place: int, most: int) -> tuple[int, int]:
    """Return where blocks end, and how many more there may be."""
    while most:
        most -= 1
        length = content[place]
        place += 1 + length
        if not length:
            return place, most
    raise UnreadableImage
