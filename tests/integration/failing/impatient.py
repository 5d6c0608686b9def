"""Give a host's process short timeouts and a clock offset from a file; everything else is the host's own."""

import functools
import os
import time
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pymongo

from common.domain import models
from common.service import sessions as session

_MONGO = {"serverSelectionTimeoutMS": 1_500}
_PROVIDER = {"backoff": 0.02, "rate_limit_wait": 0.02}
_PROVIDER_SECONDS = "TEST_PROVIDER_SECONDS"  # the provider's timeout, if it is set
_STORAGE_SECONDS = 2.0


def _hurry() -> None:
    real: Any = pymongo.MongoClient

    @functools.wraps(real)
    def connect(*arguments: Any, **options: Any) -> Any:
        return real(*arguments, **{**options, **_MONGO})

    pymongo.MongoClient = connect  # type: ignore[assignment,misc]
    if os.environ.get("FUNCTION_TARGET", "upload") != "upload":
        return
    from common.removers.rapidapi import RapidApiRemover

    made: Any = RapidApiRemover.__init__
    made.__kwdefaults__.update(_PROVIDER)
    if seconds := os.environ.get(_PROVIDER_SECONDS):
        made.__kwdefaults__["read_timeout"] = float(seconds)
    if os.environ.get("IMAGE_BUCKET"):
        from common.storage.gcs import client as calls

        patience: dict[str, Any] = calls.RETRIES
        patience["retry"] = patience["retry"].with_timeout(_STORAGE_SECONDS).with_delay(0.05)


def _bend_the_clock(file: Path) -> None:
    real = time.time
    time.time = lambda: real() + float(file.read_text() or 0)

    class Bent(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(time.time(), tz)

    for module in (models, session):
        vars(module)["datetime"] = Bent


_hurry()
_bend_the_clock(Path(os.environ["TEST_CLOCK"]))
