"""Make reproducible zip archives: the same files give the same bytes."""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from infra.errors import CommandError

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest time in a zip
_UNIX = 3
_MODE = 0o100644 << 16  # a regular file, readable by all


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of these files."""
    buffer = io.BytesIO()
    # Not compressed, because releases of zlib pack the same bytes differently.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def write(archive: bytes, folder: Path, stem: str) -> Path:
    """Write the archive to a file with its checksum in the name, and return the path."""
    path = folder / f"{stem}-{hashlib.sha256(archive).hexdigest()[:12]}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as beside:
            complete = Path(beside, path.name)
            complete.write_bytes(archive)
            complete.replace(path)  # atomic: nobody reads an incomplete file
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
    return path
