"""python -m tests.bench.pipeline PHOTO ...: only the picture work, in a loop on several threads.

Decodes, infers and encodes as an upload does, without HTTP and without a store. Prints pictures per second.
"""

import argparse
from pathlib import Path

from common.imaging.worker_codec import WorkerCodec
from common.imaging.workers import Workers
from common.removers.local import LocalRemover
from common.removers.sources import sources
from tests.bench.client import at_once


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pipeline", description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--times", type=int, default=4, help="how often each picture (%(default)s)")
    options = parser.parse_args()
    codec, remover = WorkerCodec(50, Workers(timeout=600)), LocalRemover(sources("u2netp", options.model))

    def cut_out(content: bytes) -> None:
        with codec.open(content) as picture:
            picture.cut_out(remover.matte(picture.view))

    photos = [path.read_bytes() for path in options.photos]
    cut_out(photos[0])  # the first run is slower
    print(len(photos) * options.times / at_once(cut_out, photos * options.times, options.threads))


if __name__ == "__main__":
    main()
