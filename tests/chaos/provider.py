"""The provider of a chaos run: it counts its payments, and fails when told to."""

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from tests import objectcut_behaviours as does
from tests.chaos.pictures import number_of
from tests.objectcut import Call, ObjectCut

MOODS: Mapping[str, Sequence[does.Behaviour]] = {
    "failing": (does.fails("001"), does.refuses(500, "no"), does.refuses(502, "no"), does.gateway_timeout),
    "resetting": (does.resets, does.truncates),
    "answering garbage": (
        does.returns(b"<html>hello</html>"),
        does.returns_image(b"no picture at all"),
        does.returns_json({"error": False}),
        does.returns_image(does.encoded(does.ellipse((9, 9)))),
    ),
    "out of quota": (does.monthly_quota_used_up(),),
    "limiting the rate": (does.rate_limit_per_second,),
}


class Provider(ObjectCut):
    """Answers according to its mood; every answered removal is paid."""

    def __init__(self, seed: str) -> None:
        super().__init__()
        self.paid: Counter[int] = Counter()  # by the picture's number
        self._rng = Random(seed)
        self._mood: Sequence[does.Behaviour] = ()
        self._most_seconds = 0.3

    def fall_into(self, mood: str) -> None:
        """Fail in this way from now on, most of the time."""
        self._mood = MOODS[mood]

    def slow_down(self) -> None:
        """Delay each answer by seconds."""
        self._most_seconds = 5

    def recover(self) -> None:
        """Work correctly again."""
        self._mood, self._most_seconds = (), 0.3

    def take(self, call: Call) -> does.Behaviour:
        """Return the behaviour for a request, without recording it."""
        with self._lock:
            if self._mood and self._rng.random() < 0.8:
                return self._rng.choice(self._mood)
            seconds = self._rng.uniform(0.02, self._most_seconds)
            self.paid[number_of(base64.b64decode(call.form["image_base64"]))] += 1
        return does.slowly(seconds)
