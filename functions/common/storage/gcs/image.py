"""One image in the bucket: stream it in chunks, or make a signed link to it."""

import io
import logging
from dataclasses import dataclass
from typing import Any, BinaryIO

from google.api_core import exceptions as api
from google.cloud import storage

from common.domain.errors import NotFound
from common.storage.gcs.client import RETRIES, driver_errors
from common.storage.gcs.signer import Signer
from common.timeouts import LINK_TTL

# A function streams at most 10 MB: https://cloud.google.com/functions/quotas
LARGEST_ANSWER = 8 * 1024 * 1024
_CHUNK = 1024 * 1024  # bytes

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BucketImage:
    """An image of `size` bytes in the bucket."""

    blob: storage.Blob
    size: int
    signer: Signer

    def open(self) -> BinaryIO:
        """Return its bytes as a stream after fetching the first chunk, or raise NotFound or Unavailable."""
        stream = io.BufferedReader(_ObjectReader(self.blob, self.size), _CHUNK)
        stream.peek()
        return stream

    @driver_errors()
    def link(self, method: str, disposition: str) -> str | None:
        """Return a signed URL if the image is too large for a function's response."""
        credentials = self.signer.credentials() if self.size > LARGEST_ANSWER else None
        if credentials is None:
            return None
        link = self.blob.generate_signed_url(
            version="v4",
            expiration=LINK_TTL,
            method=method,
            response_disposition=disposition,
            credentials=credentials,
        )
        return str(link)


class _ObjectReader(io.RawIOBase):
    """The bytes of an object, fetched as they are read."""

    def __init__(self, blob: storage.Blob, size: int) -> None:
        self._blob, self._size, self._position = blob, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        content = self._fetch(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def readall(self) -> bytes:
        return self._fetch(self._size)

    def _fetch(self, most: int) -> bytes:
        end = min(self._position + most, self._size)
        content = self._download(self._position, end - 1) if end > self._position else b""
        self._position += len(content)
        return content

    @driver_errors()
    def _download(self, first: int, last: int) -> bytes:
        try:
            # The server only knows the checksum of the whole object.
            content: bytes = self._blob.download_as_bytes(start=first, end=last, checksum=None, **RETRIES)
        except api.NotFound:
            logger.error("%s is gone, and a record still leads to it", self._blob.name)  # noqa: TRY400
            raise NotFound from None
        return content
