"""Pictures with known mattes: subjects made by code on photo-like backgrounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageFilter

from tests.bench.shapes import SUBJECTS, Pen, Subject
from tests.bench.textures import BACKDROPS, Colour, coarse_noise, grain

_FINE = 2  # draw subjects at this factor, so that their edges are smooth after reduction


@dataclass(frozen=True, slots=True)
class KnownCutOut:
    """A photo-like picture, and the matte that it was made from."""

    name: str
    photo: Image.Image
    matte: Image.Image


_SCENES: list[tuple[str, str, Colour, tuple[int, int]]] = [
    ("mug", "wall", (196, 192, 184), (1448, 1036)),
    ("mug", "boards", (150, 104, 66), (1448, 1036)),
    ("mug", "lights", (120, 60, 50), (1036, 1448)),
    ("vase", "wall", (222, 214, 202), (1036, 1448)),
    ("vase", "meadow", (92, 128, 60), (1448, 1036)),
    ("plush", "wall", (90, 120, 140), (1224, 1224)),
    ("plush", "meadow", (96, 132, 64), (1448, 1036)),
    ("plush", "boards", (160, 120, 80), (1448, 1036)),
    ("person", "wall", (120, 150, 170), (1036, 1448)),
    ("person", "lights", (40, 48, 70), (1448, 1036)),
    ("plant", "wall", (228, 226, 220), (1036, 1448)),
    ("plant", "boards", (120, 84, 60), (1224, 1224)),
    ("bottle", "wall", (212, 206, 190), (1036, 1448)),
    ("bottle", "meadow", (130, 140, 90), (1036, 1448)),
]


def known_cut_outs() -> Iterator[KnownCutOut]:
    """Make the bench's pictures one by one, the same in every run."""
    for number, (name, backdrop, colour, size) in enumerate(_SCENES):
        rng = np.random.default_rng(number)
        subject = SUBJECTS[name]
        matte = _placed(_silhouette(subject, round(min(size) * 0.86), rng), size)
        background = BACKDROPS[backdrop](rng, size, colour)
        photo = Image.composite(_lit(rng, subject, matte), background, matte)
        yield KnownCutOut(f"{name} on {backdrop}", _as_jpeg(photo), matte)


def _silhouette(subject: Subject, side: int, rng: np.random.Generator) -> Image.Image:
    pen = Pen(side * _FINE)
    subject.draw(pen, rng)
    return pen.mask.filter(ImageFilter.GaussianBlur(subject.softness * _FINE)).reduce(_FINE)


def _placed(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the mask centred at the lower edge of an empty one."""
    matte = Image.new("L", size)
    matte.paste(mask, ((size[0] - mask.width) // 2, size[1] - mask.height))
    return matte


def _lit(rng: np.random.Generator, subject: Subject, matte: Image.Image) -> Image.Image:
    """Return the subject's surface for the whole frame: mottled, with the light of a rounded body."""
    small = matte.resize((matte.width // 8, matte.height // 8)).filter(ImageFilter.GaussianBlur(10))
    down, right = np.gradient(np.asarray(small, np.float32) / 255)
    slope = Image.fromarray((right + down).astype(np.float32)).resize(matte.size, Image.Resampling.BICUBIC)
    mottle = 0.06 * coarse_noise(rng, matte.size, 8, 40, 200, 500)
    light = 0.95 + 6 * np.asarray(slope) + mottle
    patches = (coarse_noise(rng, matte.size, 9, 18) > 0.4)[..., np.newaxis]
    return grain(
        rng, np.where(patches, subject.patches, subject.colour).astype(np.float32) * light[..., np.newaxis]
    )


def _as_jpeg(picture: Image.Image) -> Image.Image:
    file = BytesIO()
    picture.save(file, "JPEG", quality=93)
    return Image.open(file).convert("RGB")
