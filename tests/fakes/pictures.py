"""A PictureCodec and a BackgroundRemover without workers and networks."""

from contextlib import AbstractContextManager, nullcontext

from PIL import Image

from common.domain.mattes import CutOut, Look, Matte, Rendering, View, ViewSpec
from common.domain.options import DEFAULT_OPTIONS, CutoutOptions
from common.imaging.codec import Picture
from tests.fakes.steps import Steps
from tests.looking import seen


class FakePicture:
    """A red picture of 4 x 3 pixels with a transparent corner."""

    content_type = "image/png"

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def view(self, spec: ViewSpec) -> View:
        alpha = Image.new("L", (4, 3), 255)
        alpha.putpixel((0, 0), 0)
        return Picture(Image.new("RGB", (4, 3), "red"), alpha, None).view(spec)

    def cut_out(self, matte: Matte) -> CutOut:
        self._steps.take("cut_out")
        return CutOut(4, 3, b"the cut-out", b"the preview")

    def render(self, matte: Matte) -> Rendering:
        self._steps.take("cut_out")
        return Rendering(b"the cut-out", "image/png", 4, 3, (4, 3), (0, 0, 2, 3))


class FakeCodec:
    """A PictureCodec that returns a FakePicture for any content."""

    def __init__(self, steps: Steps | None = None) -> None:
        self.steps = steps or Steps()

    def open(
        self, content: bytes, options: CutoutOptions = DEFAULT_OPTIONS, backdrop: bytes = b""
    ) -> AbstractContextManager[FakePicture]:
        self.steps.take("read")
        return nullcontext(FakePicture(self.steps))

    def preview(self, content: bytes) -> bytes:
        return b"the preview of " + content

    def read_alpha(self, content: bytes, size: tuple[int, int]) -> Matte:
        return Matte(*size, content)

    def read_matte(self, content: bytes) -> Matte:
        self.steps.take("read_matte")
        return Matte(4, 3, content, is_final=True)

    def content_type(self, content: bytes) -> str:
        return "image/gif"


class FakeRemover:
    """A BackgroundRemover whose subject is the left half; it remembers the views."""

    def __init__(self, steps: Steps | None = None) -> None:
        self.steps = steps or Steps()
        self.shown: list[Image.Image] = []

    def matte(self, look: Look) -> Matte:
        self.steps.take("matte")
        shown = seen(look(ViewSpec("rgb", 100_000)))
        self.shown.append(shown)
        matte = Image.new("L", shown.size)
        matte.paste(255, (0, 0, shown.width // 2, shown.height))
        return Matte(*matte.size, matte.tobytes())
