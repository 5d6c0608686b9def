"""The site's bucket: what it holds, putting a file there, deleting one."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from infra.site.bundle import SiteFile
from infra.site.faults import explained

# Marks what this program put there, so that it deletes nothing else, whichever bucket it is pointed at.
_MARK = {"managed-by": "infra.site"}
_FIELDS = "items(name,generation,md5Hash,contentType,contentEncoding,cacheControl,metadata),nextPageToken"
_CONNECT_SECONDS, _READ_SECONDS = 10, 60


@dataclass(frozen=True)
class StoredObject:
    """An object in the bucket: which one it is, and the checksum and headers that tell whether it differs."""

    generation: int
    properties: tuple[Any, ...]
    is_ours: bool


class SiteBucket:
    """A bucket in Cloud Storage; what fails is tried again for `patience` seconds, then a SiteError."""

    def __init__(self, name: str, *, patience: float) -> None:
        self.name = name
        self._options = {
            "retry": DEFAULT_RETRY.with_timeout(patience),
            "timeout": (min(_CONNECT_SECONDS, patience), _READ_SECONDS),
        }
        with explained(name):
            # The bucket is known by its name alone, so no project is looked for.
            self._bucket = storage.Client(project=None).bucket(name)

    def objects(self) -> dict[str, StoredObject]:
        """Return what the bucket holds, by name."""
        with explained(self.name):
            blobs = self._bucket.list_blobs(fields=_FIELDS, **self._options)
            return {blob.name: _stored(blob) for blob in blobs}

    def put(self, name: str, file: SiteFile, generation: int) -> None:
        """Upload a file in place of this generation of the object (0: none), and of no other."""
        blob = self._bucket.blob(name)
        blob.cache_control, blob.metadata = file.cache_control, _MARK
        if file.content_encoding:
            blob.content_encoding = file.content_encoding
        options = {"content_type": file.content_type, "if_generation_match": generation, **self._options}
        with explained(self.name):
            try:
                blob.upload_from_string(file.content, **options)
            except PreconditionFailed:
                # Also what a second try is told when only the answer to the first one was lost.
                if not self._holds(name, file):
                    raise

    def delete(self, name: str, generation: int) -> None:
        """Delete this generation of an object."""
        with explained(self.name):
            try:
                self._bucket.blob(name).delete(if_generation_match=generation, **self._options)
            except NotFound:
                return  # which is what was wanted

    def _holds(self, name: str, file: SiteFile) -> bool:
        blob = self._bucket.get_blob(name, **self._options)
        return blob is not None and is_same(file, _stored(blob))


def is_same(file: SiteFile, stored: StoredObject) -> bool:
    """Tell whether the object is what uploading the file would make of it."""
    md5 = base64.b64encode(hashlib.md5(file.content, usedforsecurity=False).digest()).decode()
    wanted = (md5, file.content_type, file.content_encoding, file.cache_control)
    return stored.is_ours and stored.properties == wanted


def _stored(blob: storage.Blob) -> StoredObject:
    properties = (blob.md5_hash, blob.content_type, blob.content_encoding or None, blob.cache_control)
    return StoredObject(blob.generation, properties, is_ours=(blob.metadata or {}).items() >= _MARK.items())
