"""Photo-like surfaces made by code: noise in octaves, gradients, grain, and backgrounds of these."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Floats = NDArray[np.float32]
Size = tuple[int, int]


def coarse_noise(rng: np.random.Generator, size: Size, *cells: int) -> Floats:
    """Return noise around 0 with this number of cells across, each octave half as strong."""
    width, height = size
    total = np.zeros((height, width), np.float32)
    for octave, count in enumerate(cells):
        grid = rng.normal(0, 0.5**octave, (max(2, count * height // width), count)).astype(np.float32)
        total += np.asarray(Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC))
    return total


def grain(rng: np.random.Generator, pixels: Floats, strength: float = 3) -> Image.Image:
    """Return float pixels as a picture with camera noise."""
    noisy = pixels + rng.normal(0, strength, pixels.shape[:2]).astype(np.float32)[..., np.newaxis]
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def _tinted(colour: Colour, light: Floats) -> Floats:
    return np.array(colour, np.float32) * light[..., np.newaxis]


def wall(rng: np.random.Generator, size: Size, colour: Colour) -> Image.Image:
    """Return a plain wall with light from one side."""
    slope = np.linspace(1.15, 0.75, size[0], dtype=np.float32)[np.newaxis]
    return grain(rng, _tinted(colour, slope + 0.04 * coarse_noise(rng, size, 4, 16, 150)))


def meadow(rng: np.random.Generator, size: Size, colour: Colour) -> Image.Image:
    """Return uneven plants, slightly out of focus."""
    light = 0.95 + 0.2 * coarse_noise(rng, size, 6, 30, 90, 300)
    return grain(rng, _tinted(colour, light)).filter(ImageFilter.GaussianBlur(size[0] / 500))


def boards(rng: np.random.Generator, size: Size, colour: Colour) -> Image.Image:
    """Return wooden boards in focus: straight dark joints and a fine streaky grain."""
    width, height = size
    streaks = coarse_noise(rng, (height, width), 5, 120, 400).T
    light = 0.9 + 0.1 * streaks[:height, :width] + 0.05 * coarse_noise(rng, size, 10)
    joints = np.arange(height) % (height // 7) < max(2, height // 250)
    return grain(rng, _tinted(colour, light * np.where(joints, 0.5, 1).astype(np.float32)[:, np.newaxis]))


def lights(rng: np.random.Generator, size: Size, colour: Colour) -> Image.Image:
    """Return discs of light, far out of focus."""
    picture = wall(rng, size, colour)
    draw = ImageDraw.Draw(picture, "RGBA")
    for _ in range(60):
        x, y, radius = rng.uniform(0, size[0]), rng.uniform(0, size[1]), size[0] * rng.uniform(0.02, 0.07)
        tint = tuple(int(value) for value in rng.integers(90, 255, 3))
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], (*tint, 90))
    return picture.filter(ImageFilter.GaussianBlur(size[0] / 200))


BACKDROPS: dict[str, Callable[[np.random.Generator, Size, Colour], Image.Image]] = {
    "wall": wall,
    "meadow": meadow,
    "boards": boards,
    "lights": lights,
}
