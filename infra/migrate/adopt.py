"""Adopt a bucket with pictures: check that bucket and database belong together, and write the shared id."""

import secrets
from collections.abc import Iterator
from itertools import islice

from google.cloud import storage

from common.service.ports import RecordStore
from common.storage.gcs.bucket_id import BucketId, DatabaseId
from common.storage.gcs.store import record_id_of
from infra.errors import CommandError

_SAMPLE = 100  # objects
_PLACES = 10  # in the bucket, where samples are taken


def adopt(bucket: storage.Bucket, records: RecordStore, database_id: DatabaseId, *, dry_run: bool) -> str:
    """Write the id if the database knows at least half of a sample of objects, and return a report."""
    sample = _sample(bucket)
    named = records.named_objects(sample.values())
    known = sum(name in named for name in sample)
    found = f"{known} of {len(sample)} sampled objects are in the database"
    if known * 2 < len(sample):
        raise CommandError(f"Nothing was changed: {found}. Check IMAGE_BUCKET and MONGO_DB.")
    if dry_run:
        return f"Nothing was changed. {found}; the bucket would be adopted."
    BucketId(bucket, database_id).adopt()
    return f"Adopted the bucket: {found}."


def _sample(bucket: storage.Bucket) -> dict[str, str]:
    """Return the names and record ids of some images from all over the bucket."""
    names: dict[str, str] = {}
    for start in (secrets.token_hex(4) for _ in range(_PLACES)):
        names.update(islice(_images(bucket, start), _SAMPLE // _PLACES))
    names.update(islice(_images(bucket, ""), _SAMPLE - len(names)))  # a small bucket
    return names


def _images(bucket: storage.Bucket, start: str) -> Iterator[tuple[str, str]]:
    listed = bucket.list_blobs(start_offset=start, fields="items(name),nextPageToken", page_size=_SAMPLE)
    for blob in islice(listed, _SAMPLE):
        if record_id := record_id_of(blob.name):
            yield blob.name, record_id
