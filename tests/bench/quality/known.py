"""Photos with known mattes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.bench.cut_outs import known_cut_outs

_GROUPS = {"aim": "photos of anything", "animal": "photos of animals", "person": "photos of people"}
_COMPOSITES = "made by code"


@dataclass(frozen=True, slots=True)
class Known:
    """A photo and its matte, which may be smaller."""

    name: str
    group: str
    photo: Image.Image
    matte: Image.Image


def known(pairs: Path) -> Iterator[Known]:
    """Yield the photos of a folder of pairs NAME.jpg and NAME.png, if it exists, and the bench's own."""
    for path in sorted(pairs.glob("*.jpg")):
        group = _GROUPS.get(path.stem.split("-")[0], "other photos")
        with Image.open(path) as photo, Image.open(path.with_suffix(".png")) as matte:
            yield Known(path.stem, group, photo.convert("RGB"), matte.convert("L"))
    for made in known_cut_outs():
        yield Known(made.name, _COMPOSITES, made.photo, made.matte)
