"""Build the parts from the settings, once per process and not before they are needed."""

import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn, TypeVar

from common import timeouts
from common.observability import logging as logs
from common.service.limits import ConcurrencyLimiter, WeightedSemaphore
from common.service.sessions import SessionSigner
from common.settings import Settings, SettingsError

# Every function loads this module, but what it names here only if it calls for it.
if TYPE_CHECKING:
    from common.imaging.workers import Workers
    from common.removers.base import BackgroundRemover
    from common.removers.sources import Source
    from common.service.api_keys import ApiKeys
    from common.service.gallery import Gallery
    from common.service.ports import ImageStore, LeaseStore, PictureCodec, RecordStore
    from common.service.removal import Removal
    from common.service.retention import Retention
    from common.service.touch_ups import TouchUps
    from common.service.uploads import Uploads
    from common.storage.addresses import AddressFetcher
    from common.storage.mongo.connection import Records

T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    """Everything that a request needs; the callables make their part on first use."""

    settings: Settings
    uploads: "Callable[[], Uploads]"
    gallery: "Callable[[], Gallery]"
    touch_ups: "Callable[[], TouchUps]"
    retention: "Callable[[], Retention]"
    removal: "Callable[[], Removal]"
    api_keys: "Callable[[], ApiKeys]"
    addresses: "Callable[[], AddressFetcher]"
    sessions: SessionSigner | None  # None in a function without users
    limiter: ConcurrencyLimiter  # of uploads
    check_health: Callable[[], None]  # raises Unavailable if the database does not answer
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
    import common.storage.mongo.connection  # noqa: F401 - a host loads the driver once, before it forks

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
    from common.storage.mongo.connection import check_health, connect

    logs.configure(settings.log_level)
    collection = connect(settings.mongo_uri, settings.mongo_db)
    keys = settings.app_secret_keys
    use_cases = _UseCases(settings, collection)
    return Parts(
        settings=settings,
        uploads=_once(use_cases.uploads),
        gallery=_once(use_cases.gallery),
        touch_ups=_once(use_cases.touch_ups),
        retention=_once(use_cases.retention),
        removal=_once(use_cases.removal),
        api_keys=_once(use_cases.api_keys),
        addresses=_once(lambda: _addresses(settings)),
        sessions=SessionSigner(keys) if keys else None,
        limiter=ConcurrencyLimiter(settings.uploads_at_once),
        check_health=functools.partial(check_health, collection),
        prepare=_once(use_cases.load_ahead),
    )


def build_removal(settings: Settings) -> "Removal":
    """Build only what removes backgrounds, for a command whose pictures may wait as long as they must."""
    from common.service.removal import Removal

    workers = _workers(timeouts.COMMAND_SECONDS)
    workers.start()
    codec = _once(lambda: _codec(settings, workers, timeouts.COMMAND_SECONDS))
    return Removal(codec, _once(lambda: _remover(settings, codec)))


class _UseCases:
    """Makes the use cases, which share the adapters."""

    def __init__(self, settings: Settings, collection: "Records") -> None:
        self._settings = settings
        self._collection = collection
        self._leases = _once(lambda: _leases(collection))
        self._records = _once(lambda: _records(collection))
        self._images = _once(lambda: _images(settings, collection))
        self._workers = _once(lambda: _workers(timeouts.WORKER_SECONDS))
        self._codec = _once(lambda: _codec(settings, self._workers()))
        self._remover = _once(lambda: _remover(settings, self._codec))

    def uploads(self) -> "Uploads":
        from common.service.uploads import Uploads

        limit = self._settings.user_limit
        return Uploads(self._leases(), self._records(), self._images, self._codec, self._remover, limit)

    def gallery(self) -> "Gallery":
        from common.service.gallery import Gallery

        return Gallery(self._records(), self._images, self._codec)

    def touch_ups(self) -> "TouchUps":
        from common.service.touch_ups import TouchUps

        return TouchUps(self._records(), self._images, self._codec)

    def retention(self) -> "Retention":
        from common.service.retention import Retention

        days = self._settings.retention_days
        period = timedelta(days=days) if days else None
        return Retention(self._leases(), self._records(), self._images, period)

    def removal(self) -> "Removal":
        from common.service.removal import Removal

        return Removal(self._codec, self._remover)

    def api_keys(self) -> "ApiKeys":
        from common.service.api_keys import ApiKeys
        from common.storage.mongo.key_store import MongoApiKeyStore

        return ApiKeys(MongoApiKeyStore(self._collection.database["api_keys"]))

    def load_ahead(self) -> None:
        """Start a picture worker and load the remover in a thread while the upload's body arrives."""

        def load() -> None:
            with contextlib.suppress(Exception):  # the upload meets the same failure, and responds to it
                self._workers().start()  # takes longest, so it comes first
                self._codec()
                self._remover()

        threading.Thread(target=load, name="load ahead").start()


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


def _leases(collection: "Records") -> "LeaseStore":
    from common.storage.mongo.leases import MongoLeases

    return MongoLeases(collection)


def _records(collection: "Records") -> "RecordStore":
    from common.storage.mongo.records import MongoRecords

    return MongoRecords(collection)


def _addresses(settings: Settings) -> "AddressFetcher":
    from common.storage.addresses import AddressFetcher

    return AddressFetcher(settings.max_upload_bytes)


def _images(settings: Settings, collection: "Records") -> "ImageStore":
    from common.storage.inline import InlineImageStore

    inline = InlineImageStore()
    if not settings.image_bucket:
        return inline
    from common.storage.gcs.client import connect as connect_bucket
    from common.storage.gcs.signer import Signer
    from common.storage.gcs.store import BucketImageStore
    from common.storage.mongo.database_id import MongoDatabaseId

    database_id = MongoDatabaseId(collection.database)
    return BucketImageStore(connect_bucket(settings.image_bucket), inline, Signer(), database_id)


def _workers(timeout: float) -> "Workers":
    """Return the workers; a picture that has its share of memory waits `timeout` seconds for one."""
    from common.imaging.workers import Workers

    return Workers(timeout=timeout)


def _codec(settings: Settings, workers: "Workers", timeout: float = timeouts.TURN_SECONDS) -> "PictureCodec":
    """Return the codec; a picture waits `timeout` seconds for its share of memory."""
    from common.imaging.worker_codec import WorkerCodec

    pixels = WeightedSemaphore(settings.megapixels_at_once * 1_000_000, timeout=timeout)
    return WorkerCodec(settings.max_megapixels, workers, reserve=pixels.acquire)


def _remover(settings: Settings, codec: "Callable[[], PictureCodec]") -> "BackgroundRemover":
    makers = {"rapidapi": lambda: _rapidapi(settings, codec()), "local": lambda: _local(settings)}
    if len(settings.remover) == 1:
        return makers[settings.remover[0]]()
    from common.removers.fallback import FallbackRemover

    return FallbackRemover([(name, _once(makers[name])) for name in settings.remover])


def _rapidapi(settings: Settings, codec: "PictureCodec") -> "BackgroundRemover":
    from common.removers.rapidapi import RapidApiRemover

    return RapidApiRemover(settings.x_rapid_api_key, settings.x_rapid_api_host, codec.read_alpha)


def _local(settings: Settings) -> "BackgroundRemover":
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
