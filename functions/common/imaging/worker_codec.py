"""The service's PictureCodec: workers decode and encode all pictures, never this process."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from types import TracebackType

from common.domain.errors import UnsupportedImage
from common.domain.mattes import CutOut, Matte, Rendering, View, ViewSpec
from common.domain.options import DEFAULT_OPTIONS, CutoutOptions
from common.imaging import formats, headers
from common.imaging.request import Request
from common.imaging.workers import Job, Reply, Workers
from common.observability.request_context import timed

Reserve = Callable[[int], AbstractContextManager[object]]


class WorkerCodec:
    """Opens pictures of at most `megapixels` million pixels.

    `reserve(pixels)` is held while a worker has a picture of this claimed size decoded.
    """

    def __init__(
        self, megapixels: int, workers: Workers | None = None, reserve: Reserve = nullcontext
    ) -> None:
        self.megapixels = megapixels
        self._workers = workers or Workers()
        self._reserve = reserve

    def open(
        self, content: bytes, options: CutoutOptions = DEFAULT_OPTIONS, backdrop: bytes = b""
    ) -> "Upload":
        """Return the picture without decoding it, or raise PictureError if its header is not acceptable."""
        return Upload(self, (content, backdrop) if backdrop else (content,), options)

    def preview(self, content: bytes) -> bytes:
        """Return the WebP preview of an encoded cut-out, or raise PictureError."""
        format, pixels = headers.check(content, self.megapixels)
        with self.job(pixels) as job:
            request = Request(job="preview", formats=(format,), megapixels=self.megapixels)
            return job.run(request, content)[1][0]

    def read_alpha(self, content: bytes, size: tuple[int, int]) -> Matte:
        """Return the alpha channel of a PNG of this size, or raise PictureError."""
        with self.job(size[0] * size[1]) as job:
            request = Request(job="alpha", formats=("PNG",), size=size)
            return Matte(*size, job.run(request, content)[1][0])

    def read_matte(self, content: bytes) -> Matte:
        """Return the matte in an 8-bit grey PNG, or raise PictureError."""
        format, pixels = headers.check(content, self.megapixels)
        if format != "PNG":
            raise UnsupportedImage(headers.MATTE_FORMAT)
        with self.job(pixels) as job:
            request = Request(job="matte", formats=(format,), megapixels=self.megapixels)
            reply, (samples,) = job.run(request, content)
        return Matte(**reply, samples=samples, is_final=True)

    def content_type(self, content: bytes) -> str:
        """Return the media type by the first bytes, application/octet-stream for an unknown one."""
        return formats.media_type(content)

    @contextlib.contextmanager
    def job(self, pixels: int) -> Iterator[Job]:
        """Reserve pixels, wait for a worker, and yield a job at it."""
        with self._reserve(pixels), self._workers.job(pixels) as job:
            yield job


class Upload:
    """A picture and maybe a backdrop; a worker decodes them only while their pixels are needed."""

    def __init__(self, codec: WorkerCodec, files: tuple[bytes, ...], options: CutoutOptions) -> None:
        checked = [headers.check(content, codec.megapixels) for content in files]
        self.content_type = formats.media_type(files[0])
        self._codec, self._files, self._options = codec, files, options
        self._formats = tuple(format for format, _ in checked)
        self._pixels = sum(pixels for _, pixels in checked)
        self._job: Job | None = None
        self._worker_stack = ExitStack()

    def __enter__(self) -> "Upload":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release_worker()

    def view(self, spec: ViewSpec) -> View:
        """Return the picture as a remover wants to see it, or raise PictureError."""
        with timed("decode"):
            reply, (content,) = self._run(Request(job="view", spec=spec, keep=spec.answers_soon))
        return View(**reply, content=content)

    def cut_out(self, matte: Matte) -> CutOut:
        """Apply the matte and encode the cut-out, or raise PictureError."""
        with timed("encode"):
            reply, (processed, preview) = self._run(Request(job="cut_out", matte=matte))
        return CutOut(**reply, processed=processed, preview=preview)

    def render(self, matte: Matte) -> Rendering:
        """Apply the matte and the options and encode, or raise PictureError or InvalidOption."""
        with timed("encode"):
            reply, (content,) = self._run(Request(job="render", matte=matte))
        picture, subject = reply.pop("picture"), reply.pop("subject")
        return Rendering(**reply, content=content, picture=tuple(picture), subject=subject and tuple(subject))

    def _run(self, request: Request) -> Reply:
        """Run a step at the worker that keeps the picture, or at another one that decodes it again."""
        try:
            if self._job is not None:
                return self._job.run(request)
            self._job = self._worker_stack.enter_context(self._codec.job(self._pixels))
            first = replace(
                request, formats=self._formats, megapixels=self._codec.megapixels, options=self._options
            )
            return self._job.run(first, *self._files)
        finally:
            if not request.keep:
                self._release_worker()

    def _release_worker(self) -> None:
        self._job = None
        self._worker_stack.close()
