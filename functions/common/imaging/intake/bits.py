"""Single bits, most significant first, as video codecs write their headers."""

from common.imaging.intake.parts import require


class Bits:
    """Reads numbers of any width from bytes."""

    def __init__(self, content: bytes) -> None:
        self._number = int.from_bytes(content, "big")
        self._left = 8 * len(content)

    def take(self, width: int) -> int:
        """Return the next `width` bits as a number."""
        require(width <= self._left)
        self._left -= width
        return self._number >> self._left & (1 << width) - 1

    def golomb(self) -> int:
        """Return the next number in Exp-Golomb code, as H.265 has it."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            require(zeros <= 32)
        return (1 << zeros) - 1 + self.take(zeros)
