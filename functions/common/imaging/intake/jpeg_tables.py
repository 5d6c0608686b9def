"""The tables of a JPEG: a damaged one late in a file would stop its decoder after all the memory is spent."""

from common.imaging.intake.parts import require

DHT, DAC, DQT, DRI = 0xC4, 0xCC, 0xDB, 0xDD
_DC, _AC = 0, 1


class Tables:
    """Which tables a file has defined so far."""

    def __init__(self) -> None:
        self._codes: set[tuple[int, int]] = set()
        self._steps: set[int] = set()

    def define(self, marker: int, body: memoryview) -> None:
        """Check the tables in a segment, and remember that they are there."""
        if marker == DHT:
            self._define_codes(body)
        elif marker == DQT:
            self._define_steps(body)
        elif marker == DRI:
            require(len(body) == 2)
        elif marker == DAC:
            require(len(body) % 2 == 0 and all(kind < 32 for kind in body[::2]))
            dc = zip(body[::2], body[1::2], strict=True)
            require(all(kind > 15 or value & 15 <= value >> 4 for kind, value in dc))

    def _define_codes(self, body: memoryview) -> None:
        place = 0
        while place < len(body):
            kind, number = divmod(body[place], 16)
            counts = body[place + 1 : place + 17]
            symbols = body[place + 17 : place + 17 + sum(counts)]
            require(kind in (_DC, _AC) and number <= 3 and len(counts) == 16)
            require(len(symbols) == sum(counts) <= 256)
            require(kind == _AC or max(symbols, default=0) <= 15)
            _check_code(list(counts))
            self._codes.add((kind, number))
            place += 17 + len(symbols)

    def _define_steps(self, body: memoryview) -> None:
        place = 0
        while place < len(body):
            wide, number = divmod(body[place], 16)
            place += 1 + 64 * (1 + wide)
            require(wide <= 1 and number <= 3 and place <= len(body))
            self._steps.add(number)

    def check_steps(self, numbers: list[int]) -> None:
        """Raise UnreadableImage where one of these quantisation tables is not defined."""
        require(self._steps.issuperset(numbers))

    def check_progressive(self, selectors: list[int], first: int, high: int) -> None:
        """Raise UnreadableImage where a progressive scan needs a Huffman table that is not there."""
        for selector in selectors:
            dc, ac = divmod(selector, 16)
            needed = (_AC, ac) if first else (_DC, dc)
            require(needed in self._codes or (first == 0 and high > 0))


def _check_code(counts: list[int]) -> None:
    """Raise UnreadableImage where there are more codes of a length than fit."""
    free = 1
    for count in counts:
        free = 2 * free - count
        require(free >= 0)
