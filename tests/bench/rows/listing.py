"""The list of five records of 3 MB, against the original's page and its one query."""

import base64
import json
import os
import sys

from tests.bench.alternation import Figure, at_most, pairs, take_turns_call_by_call
from tests.bench.client import Connection, WrongAnswer
from tests.bench.functions import MAIN, QUERIES, function
from tests.bench.servers import serving
from tests.bench.stage import Stage, as_user
from tests.bench.stock import Stock, record
from tests.ports import free_port

_CALLS = 400
_USER = "whoever-has-five"
_ORIGINAL, _PROCESSED = 900_000, 1_350_000  # bytes, a third more as base64


def measure(stage: Stage) -> list[Figure]:
    """Return the figures of this row."""
    _keep(stage)
    with (
        function(stage, MAIN, "list_images") as list_images,
        function(stage, QUERIES, "find") as find,
        serving(_original(port := free_port()), port, stage.environ(), stage.log) as page,
        Connection(list_images.port) as ours,
        Connection(find.port) as limit,
        Connection(page.port) as original,
    ):
        headers, query = as_user(_USER), f"/?user_id={_USER}"
        listed = ours.succeed("GET", "/api/list", headers=headers).body
        if json.loads(listed) != json.loads(limit.succeed("GET", query).body):
            raise WrongAnswer("the query's function answers something else than the list does")
        whole = original.succeed("GET", "/", headers={"Cookie": f"user_id={_USER}"}).body
        turns = take_turns_call_by_call(
            "list",
            stage.rounds,
            _CALLS,
            lambda _: ours.succeed("GET", "/api/list", headers=headers).seconds,
            lambda _: limit.succeed("GET", query).seconds,
        )
    lengths = [(float(len(listed)), float(len(whole)))]
    return [
        Figure("list, 5 records of 3 MB", "bytes", "the original's page", lengths, at_most(1 / 500)),
        Figure("list, p50", "ms", "one projected query", pairs(turns, "p50"), at_most(1.5)),
        Figure("list, p99", "ms", "one projected query", pairs(turns, "p99"), at_most(1.5)),
    ]


def _keep(stage: Stage) -> None:
    images = Stock(stage.uri).images
    original, processed = (base64.b64encode(os.urandom(size)).decode() for size in (_ORIGINAL, _PROCESSED))
    for number in range(5):
        large = record(number, original=original, processed=processed)
        images.insert_one({**large, "user_id": _USER})


def _original(port: int) -> list[str]:
    options = ["--bind", f"127.0.0.1:{port}", "--threads", "16", "--no-control-socket"]
    return [sys.executable, "-m", "gunicorn", *options, "tests.bench.original:create_app()"]
