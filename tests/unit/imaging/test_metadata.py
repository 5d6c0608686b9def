"""A file's metadata reaches neither the provider nor the cut-out."""

import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from common.domain.mattes import Matte, ViewSpec
from common.domain.options import CutoutOptions, Format
from tests.looking import codec
from tests.photos import encoded
from tests.picture_files import HEIC, SRGB

SECRET = b"48.8584 N, 2.2945 E"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>' + SECRET + b"</rdf:RDF></x:xmpmeta>"
MATTE = Matte(2, 1, b"\xff\x00")


def exif() -> bytes:
    tags = Image.Exif()
    tags[0x010E] = SECRET.decode()  # the description
    tags.get_ifd(0x8825)[1] = SECRET.decode()  # GPS
    return tags.tobytes()


def texts() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_itxt("Title", SECRET.decode(), zip=False)
    return info


def file(kind: str, mode: str = "RGB", **options: object) -> bytes:
    return encoded(Image.new(mode, (64, 48), 90), kind, **options)


FILES = {
    "JPEG": file("JPEG", exif=exif(), comment=SECRET, xmp=XMP, icc_profile=SRGB),
    "grey JPEG": file("JPEG", "L", exif=exif(), comment=SECRET),
    "PNG": file("PNG", exif=exif(), pnginfo=texts(), icc_profile=SRGB),
    "WebP": file("WEBP", exif=exif(), xmp=XMP),
    "GIF": file("GIF", "L", comment=SECRET),
    "TIFF": file("TIFF", exif=exif(), description=SECRET.decode()),
    "AVIF": file("AVIF", exif=exif(), xmp=XMP),
}


def test_every_file_contains_the_secret() -> None:
    assert [name for name, content in FILES.items() if SECRET not in content] == []


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_no_metadata_reaches_provider_cut_out_or_preview(content: bytes) -> None:
    with codec().open(content) as picture:
        view = picture.view(ViewSpec("jpeg", 2500))
        cut_out = picture.cut_out(MATTE)

    for made in (view.content, cut_out.processed, cut_out.preview):
        assert SECRET not in made
        assert tells_nothing(made)


@pytest.mark.parametrize("format", ["png", "jpg", "webp", "zip"])
@pytest.mark.parametrize("alpha_only", [False, True])
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_no_metadata_reaches_a_rendering(name: str, alpha_only: bool, format: Format) -> None:
    options = CutoutOptions(alpha_only=alpha_only, format=format)

    with codec().open(FILES[name], options, backdrop=FILES["JPEG"]) as picture:
        rendering = picture.render(MATTE)

    assert SECRET not in rendering.content
    assert format == "zip" or tells_nothing(rendering.content)


def tells_nothing(content: bytes) -> bool:
    image = Image.open(io.BytesIO(content))
    image.load()
    return not image.getexif() and not {"comment", "xmp", "Comment", "Title"} & image.info.keys()


def test_a_heics_metadata_is_removed_too() -> None:
    with codec().open(HEIC) as picture:
        made = picture.cut_out(MATTE)

    assert tells_nothing(made.processed)
    assert tells_nothing(made.preview)
