"""The options of a cut-out by the names and values of remove.bg, which the command line has too."""

from collections.abc import Callable, Mapping
from typing import Any

from common.domain.options import CutoutOptions
from common.web.dialects import values

_PREVIEW, _MEDIUM, _HD, _FULL, _LARGEST = 250_000, 1_500_000, 4_000_000, 25_000_000, 50_000_000
# `auto` is the picture's own size.
_SIZES = {
    **{"auto": None, "preview": _PREVIEW, "small": _PREVIEW, "regular": _PREVIEW, "medium": _MEDIUM},
    **{"hd": _HD, "full": _FULL, "4k": _FULL, "50mp": _LARGEST},
}
_FORMATS = {"auto": "auto", "png": "png", "jpg": "jpg", "jpeg": "jpg", "webp": "webp", "zip": "zip"}


class InvalidValue(ValueError):
    """The option `name` has a value that it cannot have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The value of {name} is not one that it can have.")
        self.name = name


def parse(texts: Mapping[str, str]) -> CutoutOptions:
    """Return what the texts ask for, or raise InvalidValue; an empty one counts as absent.

    parse({"size": "4k", "crop": "true"}) is CutoutOptions(max_pixels=25_000_000, crop=True).
    """
    chosen = {
        field: read(texts, name, parser) for name, (field, parser) in _PARSERS.items() if texts.get(name)
    }
    return CutoutOptions(**chosen)


def read(texts: Mapping[str, str], name: str, parser: Callable[[str], Any]) -> Any:
    """Return what the parser makes of a text, None if it is absent, or raise InvalidValue."""
    if not texts.get(name):
        return None
    try:
        return parser(texts[name])
    except (ValueError, KeyError):
        raise InvalidValue(name) from None


def _either(no: str, yes: str) -> Callable[[str], bool]:
    return lambda text: values.one_of(text, no, yes) == yes


_PARSERS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "to_remove": ("removes_subject", _either("background", "foreground")),
    "roi": ("roi", values.region),
    "size": ("max_pixels", lambda text: _SIZES[text.lower()]),
    "crop": ("crop", values.boolean),
    "crop_margin": ("crop_margin", values.margin),
    "scale": ("scale", values.scale),
    "position": ("position", values.position),
    "bg_color": ("background", values.colour),
    "channels": ("alpha_only", _either("rgba", "alpha")),
    "format": ("format", lambda text: _FORMATS[text.lower()]),
}
