"""The model of one user's pictures: the answers so far decide what must be there, whatever failed."""

from dataclasses import dataclass, field
from typing import Any

from tests.chaos.calls import Answer
from tests.chaos.pictures import Picture


class Broken(Exception):
    """A guarantee of the service was violated."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(f"{kind}: {what}")
        self.kind = kind


@dataclass(frozen=True)
class Sent:
    """One upload, however often it is sent; an empty key means none."""

    picture: Picture
    name: str
    key: str = ""


@dataclass
class Kept:
    """A record; `firm` means that it was answered 201, otherwise it was only seen and may not last."""

    record_id: str
    sent: Sent
    name: str
    firm: bool
    doubtful_names: set[str] = field(default_factory=set)  # of renames with an uncertain outcome
    late_names: set[str] = field(
        default_factory=set
    )  # of renames without an answer, which may be applied late
    may_be_gone: bool = False
    checksums: dict[str, str] = field(default_factory=dict)  # by ETag, when they were first seen
    revision: int = 1  # the newest that was answered or seen
    # The alpha of the corner that touch-ups have drawn, by revision; of two tries, one may have won.
    corners: dict[int, set[int]] = field(default_factory=dict)

    @property
    def is_certain(self) -> bool:
        """Tell whether the record must exist."""
        return self.firm and not self.may_be_gone


@dataclass
class Account:
    """The pictures of one user; one thread uses it at a time."""

    user_id: str
    token: str
    limit: int
    kept: dict[str, Kept] = field(default_factory=dict)
    deleted: dict[str, Sent] = field(default_factory=dict)  # records whose deletion was answered 200
    doubts: list[Sent] = field(default_factory=list)  # uploads whose record may still appear
    occupied: int = 0  # slots that failed uploads may occupy until cleanup

    def begin_upload(self, sent: Sent) -> int:
        """Count and return the payments that the provider may get for this."""
        sent.picture.calls += 1
        same = [kept for kept in self.kept.values() if kept.sent.picture is sent.picture]
        # A cut-out that may have been touched up is not used again.
        is_kept = any(kept.is_certain and not kept.corners for kept in same)
        is_at_work = bool(sent.key) and any(doubt.key == sent.key for doubt in self.doubts)
        payment = int(not (is_kept or is_at_work))
        sent.picture.payments += payment
        return payment

    def end_upload(self, sent: Sent, answer: Answer, *, faulty: bool) -> Kept | None:
        """Take in an answer; `faulty` means that a store or the host may have failed meanwhile."""
        if answer.status == 201:
            return self._answered(sent, answer)
        if (answer.status is None and answer.arrived) or answer.is_in_progress:
            self.doubts.append(sent)
        elif answer.status is not None and answer.status >= 429 and faulty:
            self.doubts.append(sent)  # the answer to its last write may have been lost
        elif answer.is_at_the_limit and not self.may_be_full():
            raise Broken("slot", f"the limit is said to be reached with {len(self.kept)} records kept")
        return None

    def may_be_full(self) -> bool:
        """Tell whether all slots may be in use."""
        return len(self.kept) + len(self.doubts) + self.occupied >= self.limit

    def _answered(self, sent: Sent, answer: Answer) -> Kept:
        body = answer.body
        record = body["record"]
        if body["used"] > self.limit:
            raise Broken("limit", f"{body['used']} of {self.limit} are used")
        record_id = record["record_id"]
        if record_id in self.deleted:
            raise Broken("deleted", f"an upload was answered with {record_id}, which is deleted")
        for earlier in self.kept.values():
            same_key = bool(sent.key) and earlier.sent.key == sent.key
            if same_key and earlier.is_certain and earlier.record_id != record_id:
                raise Broken("twice", f"{earlier.record_id} and {record_id} have one key")
            if earlier.record_id == record_id and not same_key:
                raise Broken("mixed up", f"{record_id} is the answer to two uploads")
        if sent.key:
            self.doubts = [doubt for doubt in self.doubts if doubt.key != sent.key]
        kept = self.kept.get(record_id) or Kept(record_id, sent, sent.name, firm=True)
        kept.firm = True
        self.kept[record_id] = kept
        self._check(kept, record)
        return kept

    def _check(self, kept: Kept, record: dict[str, Any]) -> None:
        name = record["image_name"]
        if name not in {kept.name, *kept.doubtful_names, *kept.late_names}:
            raise Broken("name", f"{kept.record_id} is called {name!r} and not {kept.name!r}")
        self.saw_revision(kept, record["revision"])
        said = (record["width"], record["height"], record["size"])
        if said != (*kept.sent.picture.size, len(kept.sent.picture.content)):
            raise Broken("mixed up", f"{kept.record_id} is said to be {said}")

    def saw_revision(self, kept: Kept, revision: int) -> None:
        """Take in the revision that an answer names."""
        following = kept.revision + 1 if kept.corners.get(kept.revision + 1) else kept.revision
        if revision not in (kept.revision, following):
            raise Broken("revision", f"{kept.record_id} is at {revision} and not at {kept.revision}")
        kept.revision = revision

    def touched_up(self, kept: Kept, corner: int, answer: Answer) -> None:
        """Take in the answer to a touch-up of the newest known revision."""
        following = kept.corners.setdefault(kept.revision + 1, set())
        if answer.status == 412:
            # Only an earlier try of the same revision can have moved the record.
            if not following:
                raise Broken("revision", f"{kept.record_id} is not at {kept.revision}")
            kept.revision += 1
        elif answer.status == 404:
            self.missing(kept)
        elif answer.status == 200:
            kept.corners[kept.revision + 1] = {corner}
            kept.revision += 1
        elif answer.arrived:
            following.add(corner)

    def listed(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Check a list, and return its records that no answer has confirmed yet."""
        records = {record["record_id"]: record for record in body["records"]}
        if body["user_id"] != self.user_id:
            raise Broken("leaked", f"the list is that of {body['user_id']}")
        if not len(body["records"]) == len(records) <= body["used"] <= self.limit == body["limit"]:
            raise Broken("limit", f"{len(records)} records, {body['used']} of {body['limit']} used")
        if back := records.keys() & self.deleted.keys():
            raise Broken("deleted", f"{back} are back")
        for kept in list(self.kept.values()):
            if kept.record_id in records:
                self._check(kept, records[kept.record_id])
            else:
                self.missing(kept)
        keys = [kept.sent.key for i, kept in self.kept.items() if i in records and kept.sent.key]
        if len(keys) != len(set(keys)):
            raise Broken("twice", "two records in one list have the same key")
        return [record for record_id, record in records.items() if record_id not in self.kept]

    def missing(self, kept: Kept) -> None:
        """Take in that a record does not exist."""
        if kept.is_certain:
            raise Broken("lost", f"{kept.record_id} ({kept.name!r}) is gone")

    def adopt(self, record: dict[str, Any], original: bytes) -> Kept:
        """Take in a record that no answer has confirmed: it must be an upload in doubt."""
        sent = next((doubt for doubt in self.doubts if doubt.picture.content == original), None)
        if sent is None:
            raise Broken("leaked", f"nobody sent {record['record_id']} ({record['image_name']!r})")
        self.doubts.remove(sent)
        kept = Kept(record["record_id"], sent, sent.name, firm=False)
        self._check(kept, record)
        self.kept[kept.record_id] = kept
        return kept

    def renamed(self, kept: Kept, name: str, answer: Answer) -> None:
        """Take in the answer to a rename."""
        if answer.status == 200:
            kept.name, kept.doubtful_names = name, set()
        elif answer.status == 404:
            self.missing(kept)
        elif answer.status is None and answer.arrived:
            kept.late_names.add(name)
        elif answer.status is not None:
            kept.doubtful_names.add(name)

    def removed(self, kept: Kept, answer: Answer) -> None:
        """Take in the answer to a deletion."""
        if answer.status == 200:
            self.deleted[kept.record_id] = self.kept.pop(kept.record_id).sent
        elif answer.status == 404:
            self.missing(kept)
        elif answer.arrived:
            kept.may_be_gone = True
