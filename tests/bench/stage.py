"""What every row runs on: a database, a folder, pictures and settings."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from common.service.sessions import SessionSigner
from infra.local import FUNCTIONS, ROOT
from infra.local.database import start_database
from infra.local.processes import TUNING
from infra.models.files import fetch
from tests.bench.photos import Photos

MODEL = ROOT / ".data" / "models" / "u2netp.onnx"
_SECRET = "for-the-bench-alone-and-nothing-else"


@dataclass(frozen=True)
class Stage:
    """One row's surroundings."""

    folder: Path
    uri: str
    photos: Photos
    rounds: int
    is_quick: bool

    @property
    def log(self) -> Path:
        """Where servers write to."""
        return self.folder / "log"

    def environ(self, **more: str) -> dict[str, str]:
        """Return the environment of our hosts, as they are deployed, with the local model."""
        return {
            **os.environ,
            "PYTHONPATH": f"{FUNCTIONS}:{ROOT}",
            "MONGO_URI": self.uri,
            "MONGO_DB": "bench",
            "APP_SECRET_KEY": _SECRET,
            "REMOVER": "local",
            "LOCAL_MODEL_PATH": str(MODEL),
            **TUNING,
            # Compiled at the first start and kept, as every image has it: Google's build and ours compile
            # what they install.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
            **more,
        }


def provided_by(url: str) -> Mapping[str, str]:
    """Return the settings with which the provider at this address removes the backgrounds."""
    return {"REMOVER": "rapidapi", "X_RAPID_API_KEY": "a-key-for-the-bench", "X_RAPID_API_HOST": url}


def as_user(user_id: str) -> Mapping[str, str]:
    """Return the headers of a user's call."""
    return {"Authorization": f"Bearer {SessionSigner([_SECRET]).issue(user_id)}"}


@contextlib.contextmanager
def running(photos: Photos, rounds: int, *, is_quick: bool) -> Iterator[Stage]:
    """Start a database of its own for a row."""
    fetch("u2netp", MODEL.parent)
    with tempfile.TemporaryDirectory(prefix="bench-") as name, database(Path(name)) as uri:
        yield Stage(Path(name), uri, photos, rounds, is_quick)


@contextlib.contextmanager
def database(folder: Path) -> Iterator[str]:
    """Run the embedded database on this folder."""
    server, uri = start_database(folder)
    try:
        yield uri
    finally:
        server.stop()
