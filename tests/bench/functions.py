"""Functions as processes: ours, the minimal ones, and the provider that ours call."""

import contextlib
import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from PIL import Image

from infra.local import FUNCTIONS
from tests.bench.servers import Call, Server, ask, serving
from tests.bench.stage import Stage
from tests.integration.hosts import function_command
from tests.objectcut_behaviours import ellipse, encoded
from tests.ports import free_port

MAIN = FUNCTIONS / "main.py"
_HERE = Path(__file__).parent
HELLO = _HERE / "limits" / "hello.py"
QUERIES = _HERE / "limits" / "queries.py"
BODIES = _HERE / "limits" / "bodies.py"
INSTANT = _HERE / "instant.py"


def function(
    stage: Stage, source: Path, target: str, first: Call = ask, /, **environ: str
) -> AbstractContextManager[Server]:
    """Serve one function under the framework; it counts as started with the first answer."""
    port = free_port()
    command = function_command(target, port, source)
    return serving(command, port, stage.environ(**environ), stage.log, first)


@contextlib.contextmanager
def providing(stage: Stage, photo: bytes, seconds: float = 0) -> Iterator[str]:
    """Run a provider for this photo, and return its address."""
    with Image.open(io.BytesIO(photo)) as picture:
        matte = ellipse(picture.size)
        subject = Image.composite(picture, Image.new("RGB", picture.size), matte)
    subject.putalpha(matte)
    cut_out = stage.folder / "cut-out.png"
    cut_out.write_bytes(encoded(subject))
    command = [sys.executable, "-m", "tests.bench.provider", str(cut_out), "--seconds", str(seconds)]
    with subprocess.Popen(
        command, env=stage.environ(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.communicate()
