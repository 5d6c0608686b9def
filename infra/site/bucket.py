"""The site's bucket: list, upload and delete objects."""

from dataclasses import dataclass
from typing import Any

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud import storage

from common.storage.gcs.client import checksum, connect
from infra.cloud_storage import call_options, explained
from infra.site.bundle import SiteFile

# Marks the objects of this program, so that it deletes no others, even in a wrong bucket.
_MARK = {"managed-by": "infra.site"}
_FIELDS = "items(name,generation,md5Hash,contentType,contentEncoding,cacheControl,metadata),nextPageToken"


@dataclass(frozen=True)
class StoredObject:
    """An object in the bucket, with the checksum and headers that tell whether it differs from a file."""

    generation: int
    properties: tuple[Any, ...]
    is_ours: bool


class SiteBucket:
    """A bucket in Cloud Storage; a failing call is retried for `timeout` seconds."""

    def __init__(self, name: str, *, timeout: float) -> None:
        self.name = name
        self._options = call_options(timeout)
        with explained(name):
            self._bucket = connect(name)

    def objects(self) -> dict[str, StoredObject]:
        """Return the objects of the bucket by name."""
        with explained(self.name):
            blobs = self._bucket.list_blobs(fields=_FIELDS, **self._options)
            return {blob.name: _stored(blob) for blob in blobs}

    def put(self, name: str, file: SiteFile, generation: int) -> None:
        """Upload a file if its object still has this generation (0: does not exist)."""
        blob = self._bucket.blob(name)
        blob.cache_control, blob.metadata = file.cache_control, _MARK
        if file.content_encoding:
            blob.content_encoding = file.content_encoding
        options = {"content_type": file.content_type, "if_generation_match": generation, **self._options}
        with explained(self.name):
            try:
                blob.upload_from_string(file.content, **options)
            except PreconditionFailed:
                # A retry fails like this too if only the answer to the first attempt was lost.
                if not self._holds(name, file):
                    raise

    def delete(self, name: str, generation: int) -> None:
        """Delete this generation of an object."""
        with explained(self.name):
            try:
                self._bucket.blob(name).delete(if_generation_match=generation, **self._options)
            except NotFound:
                return  # deleted already

    def _holds(self, name: str, file: SiteFile) -> bool:
        blob = self._bucket.get_blob(name, **self._options)
        return blob is not None and is_same(file, _stored(blob))


def is_same(file: SiteFile, stored: StoredObject) -> bool:
    """Tell whether uploading the file would change nothing."""
    wanted = (checksum(file.content), file.content_type, file.content_encoding, file.cache_control)
    return stored.is_ours and stored.properties == wanted


def _stored(blob: storage.Blob) -> StoredObject:
    properties = (blob.md5_hash, blob.content_type, blob.content_encoding or None, blob.cache_control)
    return StoredObject(blob.generation, properties, is_ours=(blob.metadata or {}).items() >= _MARK.items())
