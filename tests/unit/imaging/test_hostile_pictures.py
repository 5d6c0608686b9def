"""The corpus of hostile and odd pictures: what is read, what is refused, and by whom."""

import subprocess
import threading
import warnings
from collections import Counter
from typing import NoReturn

import pytest
from PIL import Image

from common.domain.errors import TooManyPixels, UnreadableImage, UnsupportedImage
from common.domain.pictures import Matte
from common.imaging.codec import PillowCodec
from common.imaging.intake.admission import admit
from common.imaging.intake.parts import Ceiling
from tests.photos import decoded
from tests.unit.imaging.hostile_pictures import CASES, HEAVY, KINDS, Outcome, Read, named, outcome_of, tiered

ALLOWED = {"JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"}
READ = {name: outcome for name, (_, outcome) in CASES.items() if isinstance(outcome, Read)}
SMALL = [name for name, outcome in READ.items() if outcome.width * outcome.height < 100_000]


def test_the_heavy_cases_are_cases() -> None:
    assert set(CASES) > HEAVY


def test_the_corpus_is_large_and_of_every_kind() -> None:
    outcomes = Counter(named(outcome) for _, outcome in CASES.values() if not isinstance(outcome, Read))

    assert len(CASES) >= 60
    assert len(READ) >= 60
    assert min(outcomes[error.__name__] for error in (TooManyPixels, UnreadableImage, UnsupportedImage)) >= 15
    assert {name.split("_")[0].upper() for name in CASES} >= {*KINDS, "HEIC"}


@pytest.mark.parametrize("name", tiered(CASES))
def test_it_ends_as_it_should_and_without_a_warning(name: str) -> None:
    make, expected = CASES[name]
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")  # as an error one would be taken for a damaged picture
        content = make()
        heard.clear()
        outcome = outcome_of(content)

    assert outcome == expected
    assert heard == []


@pytest.mark.parametrize("name", tiered(SMALL))
def test_what_is_read_can_be_cut_out(name: str) -> None:
    with PillowCodec(50).open(CASES[name][0]()) as picture:
        width, height = picture.rgb.size
        cut_out = picture.cut_out(Matte(width, height, b"\x80" * (width * height)))

    assert decoded(cut_out.processed).size == picture.rgb.size
    alpha = decoded(cut_out.processed).getchannel("A")
    theirs = picture.alpha or Image.new("L", alpha.size, 255)
    expected = [round(value * 128 / 255) for value in theirs.tobytes()]
    assert all(abs(a - b) <= 1 for a, b in zip(alpha.tobytes(), expected, strict=True))
    assert decoded(cut_out.preview).format == "WEBP"


@pytest.mark.parametrize(
    "name", [name for name, (_, outcome) in CASES.items() if outcome is UnsupportedImage]
)
def test_no_other_decoder_and_no_program_ever_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **options: object) -> NoReturn:
        raise AssertionError(args)

    content = CASES[name][0]()
    Image.init()
    monkeypatch.setattr(Image, "OPEN", dict.fromkeys(Image.OPEN, (never, None)))
    monkeypatch.setattr(subprocess, "Popen", never)

    assert outcome_of(content) is UnsupportedImage


@pytest.mark.parametrize("name", tiered(SMALL))
def test_a_decoder_is_told_which_format_it_is_and_sees_no_more_than_that(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    real = Image.open

    def spied(file: object, formats: list[str]) -> Image.Image:
        asked.extend(formats)
        return real(file, formats=formats)  # type: ignore[arg-type]

    content = CASES[name][0]()
    monkeypatch.setattr(Image, "open", spied)
    with PillowCodec(50).open(content):
        pass

    assert len(asked) == 1
    assert asked[0] in ALLOWED


@pytest.mark.parametrize(
    "name",
    [name for name in READ if "html" in name or "zip" in name or "javascript" in name or "bomb" in name],
)
def test_what_is_hidden_beside_a_picture_reaches_no_decoder(name: str) -> None:
    content = CASES[name][0]()

    admitted = admit(content, Ceiling(50)).content

    if name not in ("bmp_and_zip", "avif_and_zip"):  # these stay as they are, and are read by their headers
        assert len(admitted) < len(content)
        assert b"<script>" not in admitted
        assert b"PK\x03\x04" not in admitted
    assert b"zTXt" not in admitted
    assert b"iTXt" not in admitted


def test_a_format_is_known_by_its_content_alone() -> None:
    assert outcome_of(CASES["svg"][0]()) is UnsupportedImage
    assert outcome_of(CASES["png_and_html"][0]()) == Read(64, 48)


@pytest.mark.extended
def test_many_at_once_end_as_each_alone() -> None:
    made = {name: make() for name, (make, _) in CASES.items() if "large" not in name and "limit" not in name}
    contents = {name: content for name, content in made.items() if len(content) < 100_000}
    ended: list[tuple[str, Outcome | Exception]] = []

    def read_all() -> None:
        ended.extend((name, outcome_of(content)) for name, content in contents.items())

    threads = [threading.Thread(target=read_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ended) == 4 * len(contents)
    assert [(name, outcome) for name, outcome in ended if outcome != CASES[name][1]] == []
