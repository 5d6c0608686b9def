"""Open the database with the keys: that of MONGO_URI, of a run, or one started for this command."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from common.service.api_keys import ApiKeys
from common.settings import Settings, SettingsError
from common.storage.mongo.connection import connect
from common.storage.mongo.key_store import MongoApiKeyStore
from infra.errors import CommandError
from infra.local import folder


@contextlib.contextmanager
def opened(environ: Mapping[str, str]) -> Iterator[ApiKeys]:
    """Yield the keys of this service, or raise CommandError."""
    try:
        settings = Settings.from_env(environ, requires=())
    except SettingsError as error:
        raise CommandError(str(error)) from None
    with _uri(settings, Path(environ.get("DATA_DIR") or ".data").resolve()) as uri:
        yield ApiKeys(MongoApiKeyStore(connect(uri, settings.mongo_db).database["api_keys"]))


@contextlib.contextmanager
def _uri(settings: Settings, data: Path) -> Iterator[str]:
    if settings.mongo_uri:
        yield settings.mongo_uri
        return
    try:
        lock = folder.lock(data)
    except folder.InUse:
        yield folder.database_uri(data)
        return
    from infra.local.database import EmbeddedDatabase  # not in the container image

    with lock:
        database = EmbeddedDatabase(data)
        try:
            yield database.uri
        finally:
            database.stop()
