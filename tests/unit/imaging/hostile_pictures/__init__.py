"""Hostile and odd pictures, made by code; `python -m tests.unit.imaging.hostile_pictures` measures them."""

from tests.unit.imaging.hostile_pictures import (
    costly_cases,
    gif_and_bmp_cases,
    jpeg_cases,
    odd_pictures,
    other_files,
    png_cases,
    tiff_cases,
    webp_and_heif_cases,
)
from tests.unit.imaging.hostile_pictures.corpus import (
    CASES,
    HEAVY,
    KINDS,
    Outcome,
    Read,
    named,
    outcome_of,
    tiered,
)

__all__ = [
    "CASES",
    "HEAVY",
    "KINDS",
    "Outcome",
    "Read",
    "costly_cases",
    "gif_and_bmp_cases",
    "jpeg_cases",
    "named",
    "odd_pictures",
    "other_files",
    "outcome_of",
    "png_cases",
    "tiered",
    "tiff_cases",
    "webp_and_heif_cases",
]
