"""Stand-ins for everything outside of the use cases; common.service.ports says what each must do."""

from tests.fakes.images import FakeDatabaseId, FakeImages
from tests.fakes.pictures import FakeCodec, FakePicture, FakeRemover
from tests.fakes.records import FakeRecords, Kept
from tests.fakes.service import parts, settings
from tests.fakes.steps import SECRET, START, UPLOAD, VARIANTS, Clock, Steps

__all__ = [
    "SECRET",
    "START",
    "UPLOAD",
    "VARIANTS",
    "Clock",
    "FakeCodec",
    "FakeDatabaseId",
    "FakeImages",
    "FakePicture",
    "FakeRecords",
    "FakeRemover",
    "Kept",
    "Steps",
    "parts",
    "settings",
]
