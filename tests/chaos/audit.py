"""The end of a chaos run: everything works again, and the data is exactly what it must be."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from common.domain.models import OBJECT_FIELDS
from tests.chaos.faults import STORES, Chronicle
from tests.chaos.inspection import Inspection
from tests.chaos.model import Account, Broken
from tests.chaos.person import Person
from tests.chaos.stage import LIMIT, Stage
from tests.chaos.users import User

_AHEAD = timedelta(minutes=90)
_LONGEST_UPLOAD = 150.0  # seconds


def audit(stage: Stage, users: Sequence[User], chronicle: Chronicle) -> None:
    """Raise Broken if a guarantee was violated."""
    # The end of the host lets it finish requests whose callers have gone away.
    stage.host.end(stage.host.units)
    stage.host.start(stage.host.units)
    stage.host.wait_until_up()
    _clean_up(stage)
    for user in users:
        for account in user.person.accounts:
            _inspect(user.person, account)
    _check_database(stage, users)
    _check_payments(stage, users, chronicle)
    for user in users:
        _fill(user)


def _clean_up(stage: Stage) -> None:
    """Run cleanup as every hour, and once with a clock that makes every leftover old."""
    retention = stage.retention(ahead=_AHEAD)
    for _ in range(10):
        if not retention.clean_up().more:
            return
    raise Broken("leftovers", "cleanup does not come to an end")


def _inspect(person: Person, account: Account) -> None:
    """Check a user's data twice; the second time nothing may be in doubt."""
    for _ in range(2):
        body = Inspection(person.call_as(account), account).everything()
        if body is None:
            raise Broken("failure", "the list cannot be read though nothing is wrong any more")
        if body["used"] != len(body["records"]):
            raise Broken("slot", f"{body['used']} slots are used by {len(body['records'])} records")
        listed = {record["record_id"] for record in body["records"]}
        account.kept = {i: kept for i, kept in account.kept.items() if i in listed}
        account.doubts.clear()


def _check_database(stage: Stage, users: Iterable[User]) -> None:
    documents = [each for each in stage.documents() if each["status"] != "deleted"]
    kept = {record_id for user in users for account in user.person.accounts for record_id in account.kept}
    found = {str(document["_id"]) for document in documents}
    if found != kept:
        raise Broken("leaked" if found - kept else "lost", f"in the database alone or not: {found ^ kept}")
    named = {document[name] for document in documents for name in OBJECT_FIELDS.values() if name in document}
    if orphans := stage.objects() - named:
        raise Broken("leaked", f"orphaned objects: {sorted(orphans)}")
    if missing := named - stage.objects():
        raise Broken("lost", f"objects that a record leads to: {sorted(missing)}")


def _check_payments(stage: Stage, users: Iterable[User], chronicle: Chronicle) -> None:
    """Check that nothing is paid twice, unless a fault came between payment and record."""
    unheard: Counter[int] = Counter()
    for user in users:
        for picture, begun in user.uploads.unheard:
            unheard[picture.number] += chronicle.explains(STORES, begun, begun + _LONGEST_UPLOAD, aftermath=1)
    for picture in (picture for user in users for picture in user.uploads.pictures):
        paid, excused = stage.provider.paid[picture.number], picture.is_excused or unheard[picture.number]
        if paid > (picture.calls if excused else picture.payments):
            raise Broken("paid", f"picture {picture.number} was paid {paid} times")


def _fill(user: User) -> None:
    """Check that the user can fill every free slot, and no more."""
    deadline = time.monotonic() + 60
    for _ in range(LIMIT - len(user.person.account.kept)):
        answer = user.uploads.send_new()
        if answer.status != 201 or time.monotonic() > deadline:
            raise Broken("slot", f"a free slot cannot be used: {answer}")
    if (answer := user.uploads.send_new()).status != 409:
        raise Broken("limit", f"more than {LIMIT} pictures can be kept: {answer}")
