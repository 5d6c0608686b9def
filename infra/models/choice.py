"""Choose the local model of a command on this machine, and download it if necessary."""

import sys
from pathlib import Path

from common.removers.catalogue import DEFAULT, LIGHT
from common.settings import Settings
from infra.errors import CommandError
from infra.models.files import fetch


def choose_model(environ: dict[str, str], folder: Path) -> None:
    """Set the local model in the settings, if they need one and name no file; its files are in the folder.

    Raises CommandError or SettingsError.
    """
    settings = Settings.from_env(environ, requires=())
    if "local" in settings.remover and settings.local_model_path is None:
        environ["LOCAL_MODEL"] = _fetched(environ.get("LOCAL_MODEL"), folder)
        environ["LOCAL_MODEL_PATH"] = str(folder)


def _fetched(chosen: str | None, folder: Path) -> str:
    """Fetch the chosen model, the default or the light one, and return its name; raises CommandError."""
    try:
        fetch(chosen or DEFAULT, folder)
    except CommandError as error:
        if chosen:
            raise CommandError(
                f"{error} Or set LOCAL_MODEL_PATH to a file of yours, or X_RAPID_API_KEY."
            ) from error
        print(f"{error} Starting with the light model, {LIGHT}, until then.", file=sys.stderr, flush=True)
        return _fetched(LIGHT, folder)
    return chosen or DEFAULT
