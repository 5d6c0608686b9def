"""python -m tests.bench.provider: a provider on this machine that returns the same cut-out to everybody.

It runs as a separate process, prints its address and ends when its input ends.
"""

import argparse
import json
import sys
from pathlib import Path

from tests.loopback import Loopback, QuietHandler
from tests.objectcut_behaviours import success


class Provider(Loopback):
    """Returns the same bytes after a fixed number of seconds."""

    def __init__(self, cut_out: bytes, seconds: float) -> None:
        super().__init__(_Exchange)
        self.answer = json.dumps(success(cut_out)).encode()
        self.seconds = seconds


class _Exchange(QuietHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner: Provider

    def do_POST(self) -> None:  # noqa: N802 - the name that http.server asks for
        """Read the picture, wait and answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.owner.stopping.wait(self.owner.seconds)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.owner.answer)))
        self.end_headers()
        self.wfile.write(self.owner.answer)


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.provider", description=__doc__)
    parser.add_argument("cut_out", type=Path, help="the PNG to answer with")
    parser.add_argument("--seconds", type=float, default=0, help="how long it takes (%(default)s)")
    options = parser.parse_args()
    with Provider(options.cut_out.read_bytes(), options.seconds) as provider:
        print(provider.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
