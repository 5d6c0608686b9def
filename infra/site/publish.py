"""Publish in an order that keeps a complete site online at every moment."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial

from infra.errors import CommandError
from infra.site.bucket import SiteBucket, StoredObject, is_same
from infra.site.bundle import VERSION_PREFIX, SiteFile

_THREADS = 8


@dataclass(frozen=True)
class Upload:
    """A file to upload, and the generation of the object that it replaces (0: none)."""

    name: str
    file: SiteFile
    generation: int


@dataclass(frozen=True)
class Deletion:
    """A generation of an object that is no longer part of the site."""

    name: str
    generation: int


@dataclass(frozen=True)
class Plan:
    """The steps that bring a bucket up to date."""

    uploads: Sequence[Upload]
    deletions: Sequence[Deletion]
    unchanged: int
    previous: int  # files of the previous version, kept for open pages
    foreign: int  # objects of other programs

    @property
    def size(self) -> int:
        """The number of bytes to upload."""
        return sum(len(upload.file.content) for upload in self.uploads)


def make_plan(files: Mapping[str, SiteFile], stored: Mapping[str, StoredObject]) -> Plan:
    """Compare the site with the objects of the bucket."""
    uploads = [
        Upload(name, file, stored[name].generation if name in stored else 0)
        for name, file in files.items()
        if name not in stored or not is_same(file, stored[name])
    ]
    left = {name: found for name, found in stored.items() if name not in files}
    ours = {name: found for name, found in left.items() if found.is_ours}
    previous = _latest_version(ours)
    deletions = [Deletion(name, found.generation) for name, found in ours.items() if name not in previous]
    return Plan(uploads, deletions, len(files) - len(uploads), len(previous), len(left) - len(ours))


def _latest_version(objects: Mapping[str, StoredObject]) -> set[str]:
    """Return the names of the version that was uploaded last, because open pages still load from it."""
    versions: dict[str, list[str]] = {}
    for name in sorted(objects, key=lambda name: objects[name].generation):
        if name.startswith(VERSION_PREFIX):
            version = name.partition("/")[0]
            versions[version] = [*versions.pop(version, []), name]  # move the version to the end
    return set(next(reversed(versions.values()), []))


def carry_out(plan: Plan, bucket: SiteBucket, advance: Callable[[str], None]) -> None:
    """Upload modules and styles, then pages, index.html last, and then delete; raises CommandError."""
    uploads = {
        upload: partial(bucket.put, upload.name, upload.file, upload.generation) for upload in plan.uploads
    }
    try:
        _in_parallel({u.name: put for u, put in uploads.items() if u.file.is_immutable}, advance)
        for upload, put in uploads.items():  # in the order of the bundle
            if not upload.file.is_immutable:
                put()
                advance(upload.name)
    except CommandError as error:
        raise CommandError(f"{error} The site still works; run again to finish.") from error
    try:
        _in_parallel({d.name: partial(bucket.delete, d.name, d.generation) for d in plan.deletions}, advance)
    except CommandError as error:
        raise CommandError(
            f"{error} The new site is up; run again to delete the rest of the old one."
        ) from error


def _in_parallel(steps: Mapping[str, Callable[[], None]], advance: Callable[[str], None]) -> None:
    with ThreadPoolExecutor(_THREADS) as pool:
        futures = {pool.submit(step): name for name, step in steps.items()}
        try:
            for future in as_completed(futures):
                future.result()
                advance(futures[future])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # steps that have begun still finish
            raise
