"""The end of a chaos run: everything works again, and what is there is exactly what must be there."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from common.domain.models import OBJECT_FIELDS
from tests.chaos.faults import STORES, Chronicle
from tests.chaos.inspection import Inspection
from tests.chaos.model import Broken, Shelf
from tests.chaos.person import Person
from tests.chaos.stage import LIMIT, Stage
from tests.chaos.users import User

_AHEAD = timedelta(minutes=90)
_LONGEST_UPLOAD = 150.0  # seconds


def audit(stage: Stage, users: Sequence[User], chronicle: Chronicle) -> None:
    """Raise Broken where a promise was not kept."""
    # Ending the host lets it finish what nobody waits for any more.
    stage.host.end(stage.host.units)
    stage.host.start(stage.host.units)
    stage.host.wait_until_up()
    _clean_up(stage)
    for user in users:
        for shelf in user.person.shelves:
            _inspect(user.person, shelf)
    _check_database(stage, users)
    _check_payments(stage, users, chronicle)
    for user in users:
        _fill(user)


def _clean_up(stage: Stage) -> None:
    """Run cleanup as it is run every hour, and once with a clock that makes every leftover old."""
    retention = stage.retention(ahead=_AHEAD)
    for _ in range(10):
        if not retention.clean_up().more:
            return
    raise Broken("leftovers", "cleanup does not come to an end")


def _inspect(person: Person, shelf: Shelf) -> None:
    """Check what a user has twice: by now nothing may be on its way any more."""
    for _ in range(2):
        body = Inspection(person.call_as(shelf), shelf).everything()
        if body is None:
            raise Broken("failure", "the list cannot be read though nothing is wrong any more")
        if body["used"] != len(body["records"]):
            raise Broken("slot", f"{body['used']} slots are used by {len(body['records'])} records")
        listed = {record["record_id"] for record in body["records"]}
        shelf.kept = {i: kept for i, kept in shelf.kept.items() if i in listed}
        shelf.doubts.clear()


def _check_database(stage: Stage, users: Iterable[User]) -> None:
    documents = [each for each in stage.documents() if each["status"] != "deleted"]
    kept = {record_id for user in users for shelf in user.person.shelves for record_id in shelf.kept}
    found = {str(document["_id"]) for document in documents}
    if found != kept:
        raise Broken("leaked" if found - kept else "lost", f"in the database alone or not: {found ^ kept}")
    named = {document[name] for document in documents for name in OBJECT_FIELDS.values() if name in document}
    if strays := stage.objects() - named:
        raise Broken("leaked", f"objects that no record leads to: {sorted(strays)}")
    if missing := named - stage.objects():
        raise Broken("lost", f"objects that a record leads to: {sorted(missing)}")


def _check_payments(stage: Stage, users: Iterable[User], chronicle: Chronicle) -> None:
    """Nothing is paid twice, unless a fault came between the payment and the record."""
    unheard: Counter[int] = Counter()
    for user in users:
        for picture, begun in user.uploads.unheard:
            unheard[picture.number] += chronicle.explains(STORES, begun, begun + _LONGEST_UPLOAD, aftermath=1)
    for picture in (picture for user in users for picture in user.uploads.pictures):
        paid, excused = stage.provider.paid[picture.number], picture.is_excused or unheard[picture.number]
        if paid > (picture.calls if excused else picture.payments):
            raise Broken("paid", f"picture {picture.number} was paid {paid} times")


def _fill(user: User) -> None:
    """Every slot that is free can be used, and not one more."""
    deadline = time.monotonic() + 60
    for _ in range(LIMIT - len(user.person.shelf.kept)):
        answer = user.uploads.send_new()
        if answer.status != 201 or time.monotonic() > deadline:
            raise Broken("slot", f"a free slot cannot be used: {answer}")
    if (answer := user.uploads.send_new()).status != 409:
        raise Broken("limit", f"more than {LIMIT} pictures can be kept: {answer}")
