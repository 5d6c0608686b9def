"""Photo-like pictures made by code: a textured subject with soft edges on a blurred background."""

import functools
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

SMALL, HALF, MEDIUM, LARGE = (320, 240), (816, 612), (1500, 1000), (4000, 3000)
_QUALITY = 90
_GRAIN = 5.5  # standard deviation of the sensor noise, of 255


@dataclass(frozen=True)
class Photos:
    """The bench's pictures: made by code, or a folder's photos scaled to the needed sizes."""

    folder: Path | None = None

    @property
    def small(self) -> bytes:
        """A picture for warming up."""
        return self.photo(SMALL)

    def photo(self, size: tuple[int, int], seed: int = 0) -> bytes:
        """Return a JPEG of this size; another seed makes another picture."""
        return _photo(size, seed, self.folder)


@functools.lru_cache(maxsize=32)
def _photo(size: tuple[int, int], seed: int, folder: Path | None) -> bytes:
    picture = _made(size, seed) if folder is None else _found(size, seed, folder)
    buffer = io.BytesIO()
    # All pictures differ, even if the folder has fewer photos than the bench needs.
    picture.save(buffer, "JPEG", quality=_QUALITY, comment=str(seed).encode())
    return buffer.getvalue()


def _found(size: tuple[int, int], seed: int, folder: Path) -> Image.Image:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    with Image.open(files[seed % len(files)]) as picture:
        return ImageOps.fit(ImageOps.exif_transpose(picture).convert("RGB"), size)


def _made(size: tuple[int, int], seed: int) -> Image.Image:
    chance = np.random.default_rng(seed)
    background = _texture(size, chance, octaves=5, base=chance.uniform(90, 170, 3))
    subject = _texture(size, chance, octaves=9, base=chance.uniform(60, 220, 3))
    scene = Image.composite(subject, background, _shape(size, chance))
    noisy = np.asarray(scene, np.float32) + chance.normal(0, _GRAIN, (size[1], size[0], 1))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def _texture(
    size: tuple[int, int], chance: np.random.Generator, octaves: int, base: NDArray[np.float64]
) -> Image.Image:
    """Return random waves of all lengths, short ones weaker; with few octaves they look out of focus."""
    pixels = np.zeros((size[1], size[0], 3), np.float32) + base
    for octave in range(1, octaves + 1):
        grid = chance.normal(0, 55 / octave**1.3, (2**octave, 2**octave))
        wave = Image.fromarray(grid.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
        pixels += np.asarray(wave)[..., np.newaxis] * chance.uniform(0.7, 1.0, 3)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _shape(size: tuple[int, int], chance: np.random.Generator) -> Image.Image:
    """Return a matte of a body and a head: a third of the picture, with an uneven soft edge."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - width / 2) / height, y / height
    wobble = Image.fromarray(chance.normal(0, 0.25, (24, 24)).astype(np.float32)).resize(size)
    body = 1 - np.hypot(x / 0.34, (y - 0.95) / 0.5)
    head = 1 - np.hypot(x / 0.17, (y - 0.33) / 0.2)
    inside = np.maximum(body, head) + 0.12 * np.asarray(wobble)
    matte = Image.fromarray(((inside * 60).clip(-0.5, 0.5) * 255 + 127.5).astype(np.uint8))
    return matte.filter(ImageFilter.GaussianBlur(height / 800))
