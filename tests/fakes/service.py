"""Settings and parts of a service on the fakes."""

from datetime import timedelta
from typing import Any

import mongomock

from common.bootstrap import Parts
from common.service.api_keys import ApiKeys
from common.service.limits import ConcurrencyLimiter
from common.service.removal import Removal
from common.service.sessions import SessionSigner
from common.settings import Settings
from common.storage.addresses import AddressFetcher
from common.storage.inline import InlineImageStore
from common.storage.mongo.key_store import MongoApiKeyStore
from tests.fakes.pictures import FakeRemover
from tests.fakes.records import FakeRecords
from tests.fakes.steps import SECRET
from tests.looking import codec
from tests.use_cases import use_cases


def settings(**given: Any) -> Settings:
    """Return settings with harmless values."""
    return Settings(
        **{"mongo_uri": "mongodb://nowhere", "app_secret_keys": (SECRET,), "user_limit": 2, **given}
    )


def parts(records: FakeRecords, remover: FakeRemover, chosen: Settings) -> Parts:
    """Return the parts of a service that reads real pictures, and keeps them inline in memory."""
    made = use_cases(
        records,
        records,
        images=InlineImageStore,
        codec=lambda: codec(chosen.max_megapixels),
        remover=lambda: remover,
        user_limit=chosen.user_limit,
        period=timedelta(days=chosen.retention_days),
    )
    removal = Removal(lambda: codec(chosen.max_megapixels), lambda: remover)
    api_keys = ApiKeys(MongoApiKeyStore(mongomock.MongoClient()["keys"]["api_keys"]))
    addresses = AddressFetcher(chosen.max_upload_bytes)
    return Parts(
        settings=chosen,
        uploads=lambda: made.uploads,
        gallery=lambda: made.gallery,
        touch_ups=lambda: made.touch_ups,
        retention=lambda: made.retention,
        check_health=records.ping,
        removal=lambda: removal,
        api_keys=lambda: api_keys,
        addresses=lambda: addresses,
        sessions=SessionSigner(chosen.app_secret_keys),
        limiter=ConcurrencyLimiter(chosen.uploads_at_once),
    )
