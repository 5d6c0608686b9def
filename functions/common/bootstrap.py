"""Build the parts from the settings, once per process and not before they are needed."""

import contextlib
import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn, TypeVar

from common import timeouts
from common.observability import logging as logs
from common.removers.base import BackgroundRemover
from common.service.api_keys import ApiKeys
from common.service.gallery import Gallery
from common.service.limits import ConcurrencyLimiter, WeightedSemaphore
from common.service.ports import ImageStore, PictureCodec
from common.service.removal import Removal
from common.service.retention import Retention
from common.service.sessions import SessionSigner
from common.service.touch_ups import TouchUps
from common.service.uploads import Uploads
from common.settings import Settings, SettingsError
from common.storage.addresses import AddressFetcher
from common.storage.inline import InlineImageStore
from common.storage.mongo.connection import connect
from common.storage.mongo.database_id import MongoDatabaseId
from common.storage.mongo.key_store import MongoApiKeyStore
from common.storage.mongo.leases import MongoLeases
from common.storage.mongo.records import MongoRecords

if TYPE_CHECKING:
    from common.removers.sources import Source

T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    """Everything that a request needs; `sessions` is None in a function without users."""

    settings: Settings
    uploads: Uploads
    gallery: Gallery
    touch_ups: TouchUps
    retention: Retention
    check_health: Callable[[], None]  # raises Unavailable if the database does not answer
    removal: Removal
    api_keys: ApiKeys
    addresses: AddressFetcher
    sessions: SessionSigner | None
    limiter: ConcurrencyLimiter  # of uploads
    prepare: Callable[[], None] = lambda: None  # starts loading the codec and the remover, once


_settings: Settings | None = None  # as read when the host started
_current: Parts | None = None
_building = threading.Lock()


def parts() -> Parts:
    """Return this process's parts, building them on the first call."""
    global _current
    with _building:
        if _current is None:
            if _settings is None:
                raise RuntimeError("a request came before the host had checked its settings")
            _current = build(_settings)
        return _current


def provide(given: Parts | None) -> None:
    """Use these parts from now on, for tests; None builds new ones when they are needed."""
    global _current
    with _building:
        _current = given


def check_settings(requires: Collection[str]) -> Settings:
    """Read and check the settings that this host requires; end the process with one line if one is wrong."""
    global _settings
    try:
        _settings = Settings.from_env(requires=requires)
        if "REMOVER" in requires and "local" in _settings.remover:
            _sources(_settings)
    except SettingsError as error:
        exit_with(str(error))
    return _settings


def exit_with(reason: str) -> NoReturn:
    """End a process that cannot start; gunicorn does not restart a worker with exit status 3."""
    print(reason, file=sys.stderr)
    sys.exit(3)


def build(settings: Settings) -> Parts:
    """Build the parts from the settings, without connecting or loading anything yet."""
    logs.configure(settings.log_level)
    codec = _once(lambda: _codec(settings))
    collection = connect(settings.mongo_uri, settings.mongo_db)
    leases, records = MongoLeases(collection), MongoRecords(collection)
    images = _once(lambda: _images(settings, MongoDatabaseId(collection.database)))
    remover = _once(lambda: _remover(settings, codec))
    uploads = Uploads(leases, records, images, codec, remover, settings.user_limit)
    keys = settings.app_secret_keys
    period = timedelta(days=settings.retention_days) if settings.retention_days else None
    return Parts(
        settings=settings,
        uploads=uploads,
        gallery=Gallery(records, images, codec),
        touch_ups=TouchUps(records, images, codec),
        retention=Retention(leases, records, images, period),
        check_health=records.ping,
        removal=Removal(codec, remover),
        api_keys=ApiKeys(MongoApiKeyStore(collection.database["api_keys"])),
        addresses=AddressFetcher(settings.max_upload_bytes),
        sessions=SessionSigner(keys) if keys else None,
        limiter=ConcurrencyLimiter(settings.uploads_at_once),
        prepare=_once(lambda: _load_ahead(uploads)),
    )


def build_removal(settings: Settings) -> Removal:
    """Build what removes backgrounds, alone: for a command whose pictures may wait as long as they must."""
    codec = _once(lambda: _codec(settings, turn=timeouts.COMMAND_SECONDS, worker=timeouts.COMMAND_SECONDS))
    return Removal(codec, _once(lambda: _remover(settings, codec)))


def _once(make: Callable[[], T]) -> Callable[[], T]:
    """Make a part on first use, and only once even if several threads ask at once."""
    making = threading.Lock()
    made: list[T] = []

    def get() -> T:
        with making:
            if not made:
                made.append(make())
            return made[0]

    return get


def _load_ahead(uploads: Uploads) -> None:
    """Load the codec and the remover in a thread while the upload's body arrives."""

    def load() -> None:
        with contextlib.suppress(Exception):  # the upload meets the same failure, and responds to it
            uploads.codec().start()
            uploads.remover()

    threading.Thread(target=load, name="load ahead").start()


def _images(settings: Settings, database_id: MongoDatabaseId) -> ImageStore:
    inline = InlineImageStore()
    if not settings.image_bucket:
        return inline
    from common.storage.gcs.client import connect as connect_bucket
    from common.storage.gcs.signer import Signer
    from common.storage.gcs.store import BucketImageStore

    return BucketImageStore(connect_bucket(settings.image_bucket), inline, Signer(), database_id)


def _codec(
    settings: Settings, *, turn: float = timeouts.TURN_SECONDS, worker: float = timeouts.WORKER_SECONDS
) -> PictureCodec:
    """Return the codec; a picture waits `turn` seconds for memory, and then `worker` for a worker."""
    from common.imaging.worker_codec import WorkerCodec
    from common.imaging.workers import Workers

    pixels = WeightedSemaphore(settings.megapixels_at_once * 1_000_000, timeout=turn)
    return WorkerCodec(settings.max_megapixels, Workers(timeout=worker), reserve=pixels.acquire)


def _remover(settings: Settings, codec: Callable[[], PictureCodec]) -> BackgroundRemover:
    makers = {"rapidapi": lambda: _rapidapi(settings, codec()), "local": lambda: _local(settings)}
    if len(settings.remover) == 1:
        return makers[settings.remover[0]]()
    from common.removers.fallback import FallbackRemover

    return FallbackRemover([(name, _once(makers[name])) for name in settings.remover])


def _rapidapi(settings: Settings, codec: PictureCodec) -> BackgroundRemover:
    from common.removers.rapidapi import RapidApiRemover

    return RapidApiRemover(settings.x_rapid_api_key, settings.x_rapid_api_host, codec.read_alpha)


def _local(settings: Settings) -> BackgroundRemover:
    from common.removers.local import LocalRemover

    return LocalRemover(_sources(settings))


def _sources(settings: Settings) -> "tuple[Source, ...]":
    from common.removers.sources import ModelError, sources

    if settings.local_model_path is None:
        raise SettingsError("LOCAL_MODEL_PATH is not set; the local remover needs it")
    try:
        return sources(settings.local_model, settings.local_model_path)
    except ModelError as error:
        raise SettingsError(str(error)) from error
