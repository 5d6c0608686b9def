"""Crops of cut-outs over green, black and white: ours and rembg's."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw

from tests.bench.quality.makers import Maker, makers

_MAKERS = ("ours u2net-pair", "rembg u2net")
_BACKDROPS = ("#00b140", "black", "white")
_SIDE, _GAP, _CAPTION = 224, 4, 16  # pixels

Box = tuple[float, float, float, float]

# The crops of the bench's photos, as shares of width and height; other photos are shown whole.
_CROPS: Mapping[str, list[Box]] = {
    "animal": [(0.1, 0.3, 0.4, 0.525), (0.3, 0.05, 0.6, 0.275), (0.15, 0.65, 0.45, 0.875)],
    "car": [(0.6, 0.4, 0.9, 0.625), (0.0, 0.4, 0.3, 0.625), (0.7, 0.55, 1.0, 0.775)],
    "product": [(0.25, 0.1, 0.75, 0.475), (0.0, 0.35, 0.3, 0.575), (0.5, 0.1, 0.8, 0.325)],
}


def draw(file: Path, photos: Path, folder: Path) -> None:
    """Write the sheet of a folder's photos, with their mattes in `folder`."""
    given = folder / "sheet"
    given.mkdir(parents=True, exist_ok=True)
    pictures = {path.stem: _opened(path) for path in sorted(photos.glob("*.jpg"))}
    for name, picture in pictures.items():
        picture.save(given / f"{name}.png", compress_level=1)
    chosen = [maker for maker in makers() if maker.name in _MAKERS]
    rows = [row for name, picture in pictures.items() for row in _rows(name, picture, chosen, given, folder)]
    _pasted(rows).save(file, quality=88, optimize=True)


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as photo:
        return photo.convert("RGB")


def _rows(
    name: str, picture: Image.Image, chosen: list[Maker], given: Path, folder: Path
) -> list[list[Image.Image]]:
    """Return a row for each crop: the photo, and each maker's cut-out on each backdrop."""
    mattes = []
    for maker in chosen:
        maker.make(given, folder / f"sheet {maker.name}")
        with Image.open(folder / f"sheet {maker.name}" / f"{name}.png") as matte:
            mattes.append(matte.convert("L"))
    laid = [
        Image.composite(picture, Image.new("RGB", picture.size, backdrop), matte)
        for matte in mattes
        for backdrop in _BACKDROPS
    ]
    return [
        [_crop(each, box) for each in (picture, *laid)] for box in _CROPS.get(name, [(0.0, 0.0, 1.0, 1.0)])
    ]


def _crop(picture: Image.Image, box: Box) -> Image.Image:
    left, top, right, bottom = box
    width, height = picture.size
    part = picture.crop(
        (round(left * width), round(top * height), round(right * width), round(bottom * height))
    )
    part.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    return part


def _pasted(rows: list[list[Image.Image]]) -> Image.Image:
    step = _SIDE + _GAP
    sheet = Image.new("RGB", (step * len(rows[0]) - _GAP, _CAPTION + step * len(rows)), "#888")
    pen = ImageDraw.Draw(sheet)
    for column, caption in enumerate(("photo", _MAKERS[0], "", "", _MAKERS[1])):
        pen.text((column * step + 4, 2), caption, "white")
    for down, row in enumerate(rows):
        for across, part in enumerate(row):
            sheet.paste(part, (across * step, _CAPTION + down * step))
    return sheet
