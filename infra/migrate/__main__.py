"""python -m infra.migrate to-bucket|to-records|adopt: move the images of existing records, adopt a bucket."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pymongo.collection import Collection

from common.imaging.worker_codec import WorkerCodec
from common.settings import SETTINGS, Settings, SettingsError
from common.storage.gcs.client import connect as connect_bucket
from common.storage.mongo.connection import connect
from common.storage.mongo.database_id import MongoDatabaseId
from common.storage.mongo.documents import Document
from common.storage.mongo.records import MongoRecords
from endpoints import ENDPOINTS
from infra.errors import CommandError, exit_status
from infra.migrate.adopt import adopt
from infra.migrate.faults import BAD_URI, explained
from infra.migrate.records import Records
from infra.migrate.run import Direction, Report, go_through
from infra.migrate.store import MigrationStore
from infra.migrate.to_bucket import ToBucket
from infra.migrate.to_records import ToRecords
from infra.options import add_timeout
from infra.progress import Progress

_HELP = """Moves the images of existing records, one record after the other. A run that ends early loses
nothing; run again to continue. Reads the service's settings from the environment: MONGO_URI, MONGO_DB,
IMAGE_BUCKET and MAX_MEGAPIXELS (for previews). Uses the Application Default Credentials of Google Cloud, or
none if STORAGE_EMULATOR_HOST is set. The hosts keep running, with IMAGE_BUCKET already set (to-bucket) or
still set (to-records), so that they read both places. Run one direction at a time."""
_ADOPT = "adopt"
_DIRECTIONS: Mapping[str, Callable[[Records, MigrationStore, Settings], Direction]] = {
    "to-bucket": lambda records, store, at: ToBucket(records, store, WorkerCodec(at.max_megapixels)),
    "to-records": lambda records, store, _: ToRecords(records, store),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Move the images and return the exit status: 1 if records were skipped."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _run(options), interrupted="Stopped. No image is lost; run again to continue.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.migrate", description=_HELP)
    parser.add_argument(
        "direction",
        choices=[*_DIRECTIONS, _ADOPT],
        help="to-bucket: from the records to the bucket IMAGE_BUCKET; to-records: back;"
        " adopt: give a bucket with pictures and its database the same id, which cleanup requires",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show which records would be moved, and change nothing"
    )
    add_timeout(parser, "for how long failing calls to the bucket are retried")
    return parser


def _settings() -> Settings:
    try:
        settings = Settings.from_env(requires=ENDPOINTS["cleanup"].requires)
    except SettingsError as error:
        raise CommandError(str(error)) from None
    if not settings.image_bucket:
        raise CommandError(f"IMAGE_BUCKET is not set; it should be {SETTINGS['IMAGE_BUCKET'].meaning}")
    return settings


def _run(options: argparse.Namespace) -> int:
    settings = _settings()
    with explained(settings.image_bucket):
        images = _collection(settings)
        with images.database.client:
            bucket, database_id = connect_bucket(settings.image_bucket), MongoDatabaseId(images.database)
            store = MigrationStore(bucket, database_id, timeout=options.timeout)
            store.check()
            if options.direction == _ADOPT:
                print(adopt(bucket, MongoRecords(images), database_id, dry_run=options.dry_run))
                return 0
            records = Records(images)
            direction = _DIRECTIONS[options.direction](records, store, settings)
            report = _move(direction, records, dry_run=options.dry_run)
    return 1 if report.skipped else 0


def _collection(settings: Settings) -> "Collection[Document]":
    try:
        return connect(settings.mongo_uri, settings.mongo_db)
    except ValueError:  # the driver also raises its own errors for other mistakes in a URI
        raise CommandError(BAD_URI) from None


def _move(direction: Direction, records: Records, *, dry_run: bool) -> Report:
    ids = records.ids(direction.wanted)
    report = Report(len(ids))
    try:
        with Progress(len(ids), sys.stderr) as progress:
            step = direction.examine if dry_run else direction.move
            go_through(ids, partial(records.read, wanted=direction.wanted), step, report, progress.advance)
    finally:  # an interrupted run reports too
        _tell(report, direction.place, dry_run=dry_run)
    return report


def _tell(report: Report, place: str, *, dry_run: bool) -> None:
    for record_id, reason in report.skipped.items():
        print(f"{record_id} was skipped: {reason}.", file=sys.stderr)
    text = report.summary(place)
    print(f"Nothing was changed. It would be: {text}." if dry_run else f"{text[0].upper()}{text[1:]}.")


if __name__ == "__main__":
    sys.exit(main())
