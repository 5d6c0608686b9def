"""Cut out every PNG of one folder into another with rembg; run by the Python that has it."""

import sys
from pathlib import Path

from PIL import Image
from rembg import new_session, remove


def main(source: str, target: str) -> None:
    session = new_session("u2netp")
    for path in sorted(Path(source).glob("*.png")):
        remove(Image.open(path), session=session).save(Path(target, path.name), compress_level=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
