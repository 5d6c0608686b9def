"""The cost of an upload without removal and storage, against reading and hashing its body."""

from tests.bench.alternation import Figure, Measured, at_most, take_turns_call_by_call
from tests.bench.client import call_once, form
from tests.bench.functions import BODIES, INSTANT, function
from tests.bench.photos import LARGE
from tests.bench.stage import Stage

_TIMES = 9
_CODED = "twice read and hashed, decoded, encoded"


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    photo = stage.photos.photo(LARGE)
    body, headers = form("image", photo, {})
    with (
        function(stage, INSTANT, "upload", INSTANT="records images remover") as whole,
        function(stage, INSTANT, "upload", INSTANT="records images remover codec") as bare,
        function(stage, BODIES, "digest") as digest,
        function(stage, BODIES, "recode") as recode,
    ):
        turns = take_turns_call_by_call(
            "edge",
            stage.rounds,
            _TIMES,
            lambda _: call_once(whole.port, "POST", "/api/upload", body, headers).seconds,
            lambda _: call_once(bare.port, "POST", "/api/upload", body, headers).seconds,
            lambda _: call_once(digest.port, "POST", "/", body, headers).seconds,
            lambda _: float(call_once(recode.port, "POST", "/", photo).body),
        )
    return _figures(turns, len(body) / 1e6)


def _figures(turns: list[list[Measured]], megabytes: float) -> list[Figure]:
    costs = [[measured["p50"] / megabytes for measured in turn] for turn in turns]
    coded = [(whole, 2 * digest + recode) for whole, _, digest, recode in costs]
    bare = [(bare, digest) for _, bare, digest, _ in costs]
    return [
        Figure("upload, instant provider and store, per MB", "ms", _CODED, coded, at_most(1)),
        Figure("the same without decoding and encoding", "ms", "read and hashed", bare, at_most(2)),
    ]
