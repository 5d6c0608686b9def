"""The subjects of the bench as shapes in a square of 640."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from tests.bench.textures import Colour

Points = list[tuple[float, float]]

_SIDE = 640


class Pen:
    """Draws shapes of the square of 640 on a mask of any size."""

    def __init__(self, side: int) -> None:
        self.mask = Image.new("L", (side, side))
        self._draw = ImageDraw.Draw(self.mask)
        self._scale = side / _SIDE

    def blob(self, points: Points, opacity: int = 255) -> None:
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in points], opacity)

    def disc(self, x: float, y: float, wide: float, high: float, opacity: int = 255) -> None:
        box = [(x - wide) * self._scale, (y - high) * self._scale]
        self._draw.ellipse([*box, (x + wide) * self._scale, (y + high) * self._scale], opacity)

    def stroke(self, points: Points, width: float) -> None:
        line = [(x * self._scale, y * self._scale) for x, y in points]
        self._draw.line(line, 255, max(1, round(width * self._scale)), joint="curve")


def _hair(pen: Pen, rng: np.random.Generator, ring: Points, length: float) -> None:
    """Draw bent strands outwards from an outline."""
    middle = (sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring))
    for x, y in ring:
        angle = math.atan2(y - middle[1], x - middle[0]) + rng.normal(0, 0.35)
        reach, bend = length * rng.uniform(0.3, 1), rng.normal(0, 0.5)
        way = [
            (x + math.cos(angle + bend * t) * reach * t, y + math.sin(angle + bend * t) * reach * t)
            for t in (-0.3, 0.25, 0.5, 0.75, 1)
        ]
        pen.stroke(way, rng.uniform(0.5, 1.6))


def _ellipse(x: float, y: float, wide: float, high: float, count: int = 400) -> Points:
    turns = (2 * math.pi * step / count for step in range(count))
    return [(x + wide * math.cos(turn), y + high * math.sin(turn)) for turn in turns]


def _mug(pen: Pen, _: np.random.Generator) -> None:
    pen.disc(455, 320, 90, 105)
    pen.disc(455, 320, 58, 72, 0)
    pen.blob([(150, 170), (440, 170), (420, 500), (170, 500)])
    pen.disc(295, 170, 145, 34)
    pen.disc(295, 500, 125, 30)


def _vase(pen: Pen, _: np.random.Generator) -> None:
    heights = [step / 60 for step in range(61)]
    radii = [70 + 90 * math.sin(math.pi * h**1.4) ** 2 + 25 * (1 - h) ** 6 for h in heights]
    rim = [(320 - r, 90 + 470 * h) for h, r in zip(heights, radii, strict=True)]
    pen.blob(rim + [(640 - x, y) for x, y in reversed(rim)])


def _plush(pen: Pen, rng: np.random.Generator) -> None:
    parts = [(320, 420, 150, 150), (320, 230, 118, 105), (232, 140, 45, 45), (408, 140, 45, 45)]
    for part in parts:
        pen.disc(*part)
        _hair(pen, rng, _ellipse(*part, count=1100), 26)


def _person(pen: Pen, rng: np.random.Generator) -> None:
    pen.blob([(110, 640), (140, 500), (250, 430), (390, 430), (500, 500), (530, 640)])
    pen.blob([(272, 330), (368, 330), (376, 450), (264, 450)])
    pen.disc(320, 240, 105, 140)
    crown = [(x, y) for x, y in _ellipse(320, 225, 118, 145, 1200) if y < 330]
    pen.disc(320, 215, 116, 130)
    _hair(pen, rng, crown, 60)


def _plant(pen: Pen, rng: np.random.Generator) -> None:
    pen.blob([(225, 430), (415, 430), (385, 590), (255, 590)])
    for step in range(15):
        angle = -math.pi * (0.08 + 0.84 * step / 14)
        reach = rng.uniform(190, 330)
        tip = (320 + math.cos(angle) * reach, 440 + math.sin(angle) * reach)
        pen.stroke([(320, 440), tip], 5)
        along, across = (
            np.array([math.cos(angle), math.sin(angle)]),
            np.array([-math.sin(angle), math.cos(angle)]),
        )
        leaf = [np.array(tip) + along * (48 * c - 20) + across * 20 * s for c, s in _ellipse(0, 0, 1, 1, 40)]
        pen.blob([(float(x), float(y)) for x, y in leaf])


def _bottle(pen: Pen, _: np.random.Generator) -> None:
    pen.blob(
        [(285, 70), (355, 70), (358, 190), (420, 270), (420, 580), (220, 580), (220, 270), (282, 190)], 205
    )
    pen.blob([(220, 340), (420, 340), (420, 490), (220, 490)])
    pen.blob([(280, 50), (360, 50), (360, 110), (280, 110)])


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject: its drawing function, its two colours, and the blur of its edge in pixels."""

    draw: Callable[[Pen, np.random.Generator], None]
    colour: Colour
    patches: Colour
    softness: float


SUBJECTS = {
    "mug": Subject(_mug, (196, 70, 48), (226, 214, 190), 0.6),
    "vase": Subject(_vase, (60, 110, 170), (232, 232, 226), 0.8),
    "plush": Subject(_plush, (150, 108, 66), (96, 66, 44), 0.8),
    "person": Subject(_person, (92, 60, 48), (150, 70, 80), 0.7),
    "plant": Subject(_plant, (70, 120, 52), (120, 150, 60), 0.6),
    "bottle": Subject(_bottle, (40, 92, 74), (70, 60, 40), 0.7),
}
