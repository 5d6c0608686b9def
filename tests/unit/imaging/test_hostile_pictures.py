"""The corpus of hostile and odd pictures in picture workers: which are read and which are refused."""

import threading
import warnings
from collections import Counter
from typing import NoReturn

import pytest
from PIL import Image

from common.domain.errors import TooManyPixels, UnreadableImage, UnsupportedImage
from common.domain.mattes import Matte
from common.imaging import png_reader
from common.imaging.workers import Workers
from tests.looking import codec, read
from tests.photos import decoded
from tests.tiers import one_in
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
        warnings.simplefilter("always")
        content = make()
        heard.clear()
        outcome = outcome_of(content)

    assert outcome == expected
    assert heard == []


@pytest.mark.parametrize("name", tiered(SMALL))
def test_readable_pictures_can_be_cut_out(name: str) -> None:
    content = CASES[name][0]()
    picture = read(content)
    width, height = picture.rgb.size

    with codec().open(content) as upload:
        cut_out = upload.cut_out(Matte(width, height, b"\x80" * (width * height)))

    assert decoded(cut_out.processed).size == (cut_out.width, cut_out.height) == (width, height)
    alpha = decoded(cut_out.processed).getchannel("A")
    theirs = picture.alpha or Image.new("L", alpha.size, 255)
    expected = [round(value * 128 / 255) for value in theirs.tobytes()]
    assert all(abs(a - b) <= 1 for a, b in zip(alpha.tobytes(), expected, strict=True))
    assert decoded(cut_out.preview).format == "WEBP"


GIVEN_AWAY = [name for name, (_, outcome) in CASES.items() if outcome in (UnsupportedImage, TooManyPixels)]
GIVEN_AWAY.remove("gif_of_an_enormous_frame")  # whose screen is small


@pytest.mark.parametrize("name", tiered(GIVEN_AWAY))
def test_pictures_that_the_header_check_refuses_reach_no_worker(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*args: object, **options: object) -> NoReturn:
        raise AssertionError(args)

    make, expected = CASES[name]
    content = make()
    monkeypatch.setattr(Workers, "job", never)
    monkeypatch.setattr(Image, "open", never)

    assert outcome_of(content) is expected


@pytest.mark.parametrize("name", tiered(SMALL))
def test_a_decoder_gets_the_format(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    real = Image.open

    def spied(file: object, formats: list[str]) -> Image.Image:
        asked.extend(formats)
        return real(file, formats=formats)  # type: ignore[arg-type]

    content = CASES[name][0]()
    monkeypatch.setattr(Image, "open", spied)
    read(content)

    assert len(asked) == 1
    assert asked[0] in ALLOWED


@pytest.mark.parametrize("name", one_in(4, *(name for name in READ if name.startswith("png"))))
def test_only_the_chunks_that_a_pngs_pixels_need_reach_the_decoder(name: str) -> None:
    essential = png_reader.essential(CASES[name][0]())

    assert b"<script>" not in essential
    assert not any(kind in essential for kind in (b"zTXt", b"iTXt", b"tEXt", b"acTL", b"fcTL"))


def test_a_format_is_known_by_its_content_alone() -> None:
    assert outcome_of(CASES["svg"][0]()) is UnsupportedImage
    assert outcome_of(CASES["png_and_html"][0]()) == Read(64, 48)


@pytest.mark.extended
def test_many_at_once_end_as_each_alone() -> None:
    # A grid of grids comes so close to its memory that it may end either way.
    apart = ("large", "limit", "grid_of_grids")
    made = {name: make() for name, (make, _) in CASES.items() if not any(word in name for word in apart)}
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
