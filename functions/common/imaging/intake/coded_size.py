"""How large a picture the coded data itself says it is: a decoder believes that, not the boxes around it."""

from collections.abc import Iterator

from common.imaging.intake.bits import Bits
from common.imaging.intake.parts import require

_HEAD = 256  # bytes; more than either header takes
_MOST_UNITS = 10_000
_SEQUENCE_HEADER, _SEQUENCE_PARAMETERS = 1, 33


def av1_sizes(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield width and height of each sequence header in a stream of AV1 units."""
    place = 0
    for _ in range(_MOST_UNITS):
        if place >= len(content):
            return
        head = content[place]
        place += 2 if head & 4 else 1
        length = len(content) - place
        if head & 2:
            length, place = _leb128(content, place)
        if head >> 3 & 15 == _SEQUENCE_HEADER:
            yield _av1_size(Bits(content[place : place + min(length, _HEAD)]))
        place += length
    require(False)


def _leb128(content: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 56, 7):
        require(place < len(content))
        byte = content[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            break
    return value, place


def _av1_size(bits: Bits) -> tuple[int, int]:
    """Read a sequence header as far as its size (AV1 specification, 5.5.1)."""
    bits.take(4)
    if bits.take(1):  # a still picture's short header
        bits.take(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = 1 + bits.take(4), 1 + bits.take(4)
    return 1 + bits.take(width_bits), 1 + bits.take(height_bits)


def _skip_operating_points(bits: Bits) -> None:
    model, delay_bits = 0, 0
    if bits.take(1):  # timing
        bits.take(64)
        if bits.take(1):
            bits.golomb()
        model = bits.take(1)
        if model:
            delay_bits = 1 + bits.take(5)
            bits.take(42)
    delays = bits.take(1)
    for _ in range(1 + bits.take(5)):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if model and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if delays and bits.take(1):
            bits.take(4)


def hevc_sizes(units: Iterator[bytes]) -> Iterator[tuple[int, int]]:
    """Yield width and height of each set of sequence parameters among HEVC's units."""
    for unit in units:
        if len(unit) > 2 and unit[0] >> 1 & 63 == _SEQUENCE_PARAMETERS:
            # Within a unit 00 00 03 stands for 00 00, so that no start code arises by chance.
            yield _hevc_size(Bits(unit[2:_HEAD].replace(b"\0\0\3", b"\0\0")))


def hevc_units(content: bytes, length_size: int) -> Iterator[bytes]:
    """Yield the units of coded data, each behind its length."""
    place = 0
    for _ in range(_MOST_UNITS):
        if place >= len(content):
            return
        end = place + length_size + int.from_bytes(content[place : place + length_size], "big")
        yield content[place + length_size : min(end, place + length_size + _HEAD)]
        place = end
    require(False)


def _hevc_size(bits: Bits) -> tuple[int, int]:
    """Read a set of sequence parameters as far as its size (H.265, 7.3.2.2)."""
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 88 + 8)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in present:
        bits.take(88 * profile + 8 * level)
    bits.golomb()
    if bits.golomb() == 3:  # the chroma format 4:4:4
        bits.take(1)
    return bits.golomb(), bits.golomb()
