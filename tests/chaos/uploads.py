"""The uploads of one person: with and without a key, repeated, concurrent, aborted, and invalid."""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from tests.chaos.calls import Answer
from tests.chaos.model import Broken, Sent
from tests.chaos.person import Person, expect
from tests.chaos.pictures import Picture, paint

_GIVES_UP_AFTER = 8.0  # seconds to wait for a repeated upload


class Uploads:
    """The uploads of one person."""

    def __init__(self, person: Person, number: int, delete_one: Callable[[], None]) -> None:
        self._person, self._rng, self._delete_one = person, person.rng, delete_one
        self._numbers = itertools.count(number << 20)
        self.pictures: list[Picture] = []
        self.unheard: list[tuple[Picture, float]] = []  # uploads without an answer, and their start times

    def acts(self) -> Mapping[Callable[[], object], int]:
        """Return the possible actions with their weights."""
        return {
            self._without_key: 30,
            self._with_key: 30,
            self._repeated_at_once: 10,
            self._several_at_once: 12,
            self._the_same_picture: 8,
            self._nonsense: 3,
            self._reuse_a_key: 3,
            self._go_away: 6,
        }

    def send_new(self) -> Answer:
        """Upload one more picture."""
        return self._send(self._new(key=True))

    def _new(self, *, key: bool) -> Sent:
        number = self._rng.getrandbits(64)
        self.pictures.append(paint(next(self._numbers), self._rng))
        return Sent(self.pictures[-1], f"picture {number:x}", f"key-{number:x}" if key else "")

    def _without_key(self) -> None:
        sent = self._new(key=False)
        if self._send(sent).status != 201 and self._rng.random() < 0.3:
            self._person.tally.retries += 1
            self._send(sent)

    def _with_key(self) -> None:
        sent = self._new(key=True)
        answer = self._send(sent)
        for _ in range(self._rng.randint(0, 3)):
            if answer.status != 201 and not answer.is_at_the_limit:
                self._person.tally.retries += 1
            elif self._rng.random() < 0.7:
                return
            time.sleep(self._rng.uniform(0, 1))
            answer = self._send(sent, patience=_GIVES_UP_AFTER)

    def _repeated_at_once(self) -> None:
        """Send the same upload with the same key three times at once."""
        sent = self._new(key=True)
        self._person.account.begin_upload(sent)
        sent.picture.calls += 2
        # If one of them is answered, the failed ones are no longer in doubt.
        self._post_all([sent] * 3, key=lambda each: each[1].status == 201)

    def _several_at_once(self) -> None:
        several = [self._new(key=True) for _ in range(4)]
        for sent in several:
            self._person.account.begin_upload(sent)
        # An upload that found no slot lost it to one of the others.
        self._post_all(several, key=lambda each: each[1].is_at_the_limit)

    def _post_all(self, uploads: Sequence[Sent], key: Callable[[tuple[Sent, Answer]], bool]) -> None:
        """Send these at the same moment, and take in their answers in this order."""
        with ThreadPoolExecutor(len(uploads)) as places:
            answers = list(zip(uploads, places.map(self._post, uploads), strict=True))
        # A failed one occupied a slot for a while, so another was refused.
        held = sum(answer.status not in (201, 409) for _, answer in answers)
        self._person.account.occupied += held
        for sent, answer in sorted(answers, key=key):
            self._take_in(sent, answer)
        self._person.account.occupied -= held

    def _the_same_picture(self) -> None:
        if self._person.account.kept:
            kept = self._rng.choice(list(self._person.account.kept.values()))
            number = self._rng.getrandbits(64)
            key = f"key-{number:x}" if self._rng.random() < 0.5 else ""
            self._send(Sent(kept.sent.picture, f"the same {number:x}", key))

    def _nonsense(self) -> None:
        content = self._rng.randbytes(self._rng.choice((0, 1, 1000, 100_000)))
        files = {"image": ("a.png", content)}
        answer = self._person.call("upload of nonsense", "POST", "/api/upload", files=files)
        expect(answer, 415, 422, 409)
        # If its slot could not be released, it is lost until cleanup.
        self._person.account.occupied += self._person.is_faulty(answer)

    def _reuse_a_key(self) -> None:
        keyed = [kept for kept in self._person.account.kept.values() if kept.is_certain and kept.sent.key]
        if keyed:
            other = Sent(paint(next(self._numbers), self._rng), "other", self._rng.choice(keyed).sent.key)
            expect(self._person.call("upload, key reused", "POST", "/api/upload", **_form(other)), 422)

    def _go_away(self) -> None:
        sent = self._new(key=self._rng.random() < 0.7)
        self._person.account.begin_upload(sent)
        answer = self._person.hang_up("upload", requests.Request("POST", "/api/upload", **_form(sent)))
        self._take_in(sent, answer)
        if sent.key and self._rng.random() < 0.6:
            self._person.tally.retries += 1
            self._send(sent, patience=_GIVES_UP_AFTER)

    def _send(self, sent: Sent, **options: Any) -> Answer:
        payment = self._person.account.begin_upload(sent)
        answer = self._post(sent, **options)
        self._take_in(sent, answer)
        sent.picture.payments -= payment * (answer.status == 409)
        if answer.is_at_the_limit and self._rng.random() < 0.5:
            self._delete_one()
        elif answer.is_at_the_limit and self._rng.random() < 0.1:
            self._person.become_somebody_new()
        return answer

    def _post(self, sent: Sent, **options: Any) -> Answer:
        what = "upload with key" if sent.key else "upload"
        return self._person.call(what, "POST", "/api/upload", **_form(sent), **options)

    def _take_in(self, sent: Sent, answer: Answer) -> None:
        if answer.status is None and answer.arrived:
            self.unheard.append((sent.picture, answer.begun))
        sent.picture.is_excused |= self._person.is_excused(answer)
        self._person.account.end_upload(sent, answer, faulty=self._person.is_faulty(answer))
        if answer.status not in (None, 201, 409, 429, 502, 503, 504):
            raise Broken("failure", f"{answer}: {answer.content[:200]!r}")


def _form(sent: Sent) -> dict[str, Any]:
    return {
        "files": {"image": ("photo of somebody.png", sent.picture.content)},
        "data": {"name": sent.name},
        "headers": {"Idempotency-Key": sent.key} if sent.key else {},
    }
