"""The use cases with fakes for everything else."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes import Clock, FakeCodec, FakeImages, FakeRecords, FakeRemover, Steps
from tests.use_cases import use_cases

DAY = timedelta(days=1)
PICTURE = b"the bytes of a picture"


@dataclass
class World:
    """The use cases and their fakes."""

    steps: Steps = field(default_factory=Steps)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.records = FakeRecords(self.steps)
        self.images = FakeImages(self.steps)
        self.remover = FakeRemover(self.steps)
        made = use_cases(
            self.records,
            self.records,
            images=lambda: self.images,
            codec=lambda: FakeCodec(self.steps),
            remover=lambda: self.remover,
            user_limit=2,
            period=30 * DAY,
            clock=self.clock,
        )
        self.uploads, self.gallery, self.retention = made.uploads, made.gallery, made.retention

    def add(self, user_id: str = "me", *, name: str = "cat", file_name: str = "photo.jpg") -> str:
        added = self.uploads.add(user_id, PICTURE, name=name, file_name=file_name)
        return added.record.record_id

    def keep(self, user_id: str, made: datetime) -> str:
        """Insert a record and its images without an upload."""
        record_id = self.records.keep(user_id, made)
        name = f"{user_id}/{record_id}/original"
        self.records.kept[record_id].fields["original_object"] = name
        self.images.objects[name] = PICTURE
        return record_id
