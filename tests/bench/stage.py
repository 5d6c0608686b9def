"""The surroundings of a row: a database, a folder, pictures and settings."""

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
    """The surroundings of one row."""

    folder: Path
    uri: str
    photos: Photos
    rounds: int
    is_quick: bool

    @property
    def log(self) -> Path:
        """The folder for the servers' logs."""
        return self.folder / "log"

    def environ(self, **more: str) -> dict[str, str]:
        """Return the environment of our hosts as deployed, with the local model."""
        return {
            **os.environ,
            "PYTHONPATH": f"{FUNCTIONS}:{ROOT}",
            "MONGO_URI": self.uri,
            "MONGO_DB": "bench",
            "APP_SECRET_KEY": _SECRET,
            "REMOVER": "local",
            "LOCAL_MODEL_PATH": str(MODEL),
            **TUNING,
            # Python compiles modules at the first start and keeps the bytecode. Images have it too: Google's
            # build and ours compile the installed packages.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
            **more,
        }


def provided_by(url: str) -> Mapping[str, str]:
    """Return the settings for removal by the provider at this address."""
    return {"REMOVER": "rapidapi", "X_RAPID_API_KEY": "a-key-for-the-bench", "X_RAPID_API_HOST": url}


def as_user(user_id: str) -> Mapping[str, str]:
    """Return the headers of a user's call."""
    return {"Authorization": f"Bearer {SessionSigner([_SECRET]).issue(user_id)}"}


@contextlib.contextmanager
def running(photos: Photos, rounds: int, *, is_quick: bool) -> Iterator[Stage]:
    """Start a new database for a row."""
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
