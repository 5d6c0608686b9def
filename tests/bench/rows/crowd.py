"""Sixty-four uploads at once in one process, with a provider that takes two seconds."""

from tests.bench.alternation import Figure, Measured, at_most, take_turns
from tests.bench.client import at_once, call_once, form
from tests.bench.functions import MAIN, function, providing
from tests.bench.photos import HALF
from tests.bench.stage import Stage, provided_by

_UPLOADS = 64
_PROVIDER_SECONDS = 2.0
_MEGABYTES = 500.0


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    photo = stage.photos.photo(HALF)
    with providing(stage, photo, _PROVIDER_SECONDS) as url:
        turns = take_turns("64 uploads at once", stage.rounds, lambda: _crowd(stage, photo, url))
    times = [(turn["seconds"], _PROVIDER_SECONDS) for (turn,) in turns]
    peaks = [(turn["megabytes"], _MEGABYTES) for (turn,) in turns]
    return [
        Figure("64 uploads at once", "s", "the provider", times, at_most(1.5)),
        Figure("64 uploads at once, peak memory", "MB", "what is allowed", peaks, at_most(1)),
    ]


def _crowd(stage: Stage, photo: bytes, url: str) -> Measured:
    concurrency = {"THREADS": str(_UPLOADS), "UPLOADS_AT_ONCE": str(_UPLOADS)}
    body, headers = form("image", photo, {})
    with function(stage, MAIN, "upload", **provided_by(url), **concurrency) as server:

        def upload(_: int) -> None:
            call_once(server.port, "POST", "/api/upload", body, headers)

        upload(0)  # the first upload loads the codec
        seconds = at_once(upload, range(_UPLOADS), _UPLOADS)
        return {"seconds": seconds, "megabytes": server.peak_bytes() / 1e6}
