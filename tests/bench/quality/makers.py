"""The makers of mattes: our models, rembg's, and IMG.LY's if npm has fetched it."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from common.removers.local import LocalRemover
from common.removers.sources import sources
from infra.local import ROOT
from tests.looking import matte_of

REMBG = ROOT / ".venv" / "rembg" / "bin" / "python"
IMGLY = ROOT / ".venv" / "imgly"
MODELS = ROOT / ".data" / "models"

_OTHERS = Path(__file__).with_name("others.py")
_OURS = ("u2net-pair", "u2netp")
_REMBG = {"rembg u2netp": ("u2netp",), "rembg u2net": ("u2net",), "rembg u2net -a": ("u2net", "-a")}
_IMGLY = "IMG.LY's IS-Net"


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes a matte NAME.png for each photo NAME.png of a folder, and keeps existing mattes."""

    name: str
    command: Sequence[str | Path] = ()  # takes the folders of photos and mattes; ours run in this process

    def make(self, photos: Path, mattes: Path) -> None:
        """Make the missing mattes of the folder."""
        mattes.mkdir(parents=True, exist_ok=True)
        if self.command:
            command = [str(part) for part in (*self.command, photos, mattes)]
            subprocess.run(command, check=True, env=os.environ | {"U2NET_HOME": str(MODELS)})
        else:
            _make(self.name.removeprefix("ours "), photos, mattes)


def makers() -> list[Maker]:
    """Return the makers that are available on this machine, ours first."""
    others = [Maker(name, (REMBG, _OTHERS, *arguments)) for name, arguments in _REMBG.items()]
    packages = sorted(IMGLY.glob("*.tgz"))
    imgly = [Maker(_IMGLY, (REMBG, _OTHERS, package)) for package in packages]
    return [*(Maker(f"ours {name}") for name in _OURS), *others, *imgly]


def _make(model: str, photos: Path, mattes: Path) -> None:
    missing = [path for path in sorted(photos.glob("*.png")) if not (mattes / path.name).exists()]
    if not missing:  # then the model need not be there
        return
    remover = LocalRemover(sources(model, MODELS))
    for path in missing:
        with Image.open(path) as photo:
            matte_of(remover, photo.convert("RGB")).save(mattes / path.name, compress_level=1)
