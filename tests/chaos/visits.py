"""The actions of one person on records: read, rename, delete, and try those of others."""

from collections.abc import Callable, Mapping
from typing import Any

import requests

from tests.chaos.inspection import VARIANTS, Inspection
from tests.chaos.model import Broken, Kept
from tests.chaos.person import Person, expect
from tests.chaos.pictures import draw_matte

_NOBODYS = ("0" * 24, "none")


class Visits:
    """The actions of one person; `theirs` returns the record ids of other people."""

    def __init__(self, person: Person, theirs: Callable[[], list[str]]) -> None:
        self._person, self._rng, self._theirs = person, person.rng, theirs

    def acts(self) -> Mapping[Callable[[], object], int]:
        """Return the possible actions with their weights."""
        return {
            self._rename: 12,
            self._touch_up: 10,
            self.delete_one: 16,
            self._delete_again: 4,
            self._go_away: 4,
            self._look: 12,
            self._read: 20,
            self._read_a_part: 6,
            self._pry: 8,
            self._inspect: 5,
        }

    def delete_one(self) -> None:
        """Delete a record."""
        if kept := self._any():
            answer = self._person.call("delete", "DELETE", f"/api/delete/{kept.record_id}")
            expect(answer, 200, 404)
            self._person.account.removed(kept, answer)
        elif self._person.account.may_be_full():
            self._person.become_somebody_new()

    def _any(self) -> Kept | None:
        kept = list(self._person.account.kept.values())
        return self._rng.choice(kept) if kept else None

    def _inspection(self) -> Inspection:
        return Inspection(self._person.call, self._person.account)

    def _new_name(self) -> str:
        return f"renamed {self._rng.getrandbits(64):x}"

    def _rename(self) -> None:
        if kept := self._any():
            name = self._new_name()
            path = f"/api/rename/{kept.record_id}"
            answer = self._person.call("rename", "PUT", path, json={"record_name": name})
            expect(answer, 200, 404)
            self._person.account.renamed(kept, name, answer)

    def _touch_up(self) -> None:
        if kept := self._any():
            corner, matte = draw_matte(kept.sent.picture.size, self._rng)
            path, headers = f"/api/matte/{kept.record_id}", {"If-Match": f'"{kept.revision}"'}
            if self._rng.random() < 0.2:
                request = requests.Request("PUT", path, headers=headers, data=matte)
                answer = self._person.hang_up("touch-up", request)
            else:
                answer = self._person.call("touch-up", "PUT", path, headers=headers, data=matte)
                expect(answer, 200, 404, 412)
            self._person.account.touched_up(kept, corner, answer)

    def _delete_again(self) -> None:
        if deleted := list(self._person.account.deleted):
            path = f"/api/delete/{self._rng.choice(deleted)}"
            expect(self._person.call("delete again", "DELETE", path), 200)

    def _go_away(self) -> None:
        kept = self._any()
        if kept and self._rng.random() < 0.5:
            name = self._new_name()
            path = f"/api/rename/{kept.record_id}"
            request = requests.Request("PUT", path, json={"record_name": name})
            self._person.account.renamed(kept, name, self._person.hang_up("rename", request))
        elif kept:
            request = requests.Request("DELETE", f"/api/delete/{kept.record_id}")
            self._person.account.removed(kept, self._person.hang_up("delete", request))

    def _look(self) -> None:
        self._inspection().look()

    def _read(self) -> None:
        if kept := self._any():
            self._inspection().read(kept, self._rng.choice(VARIANTS))

    def _read_a_part(self) -> None:
        if kept := self._any():
            length = len(kept.sent.picture.content)
            first = self._rng.randrange(length)
            self._inspection().read_part(kept, first, self._rng.randrange(first, length))

    def _inspect(self) -> None:
        self._inspection().everything()

    def _pry(self) -> None:
        """Try records of others, unknown ones and deleted ones."""
        deleted = self._person.account.deleted
        record_id = self._rng.choice([*self._theirs(), *deleted, *_NOBODYS])
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("GET", f"/api/image/{record_id}/original", {}),
            ("GET", f"/api/image/{record_id}/processed", {}),
            ("PUT", f"/api/rename/{record_id}", {"json": {"record_name": "mine"}}),
            ("DELETE", f"/api/delete/{record_id}", {}),
        ]
        method, path, options = self._rng.choice(calls)
        answer = self._person.call("foreign id", method, path, **options)
        is_repeat = method == "DELETE" and record_id in deleted
        if answer.status in (200, 206) and not is_repeat:
            raise Broken("leaked", f"{method} {path} was answered")
        expect(answer, 200 if is_repeat else 404)
