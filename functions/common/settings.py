"""The settings of a process, read from the environment and checked before anything starts."""

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A setting is missing or malformed; the message is one line that names it and says what it should be."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting of the functions and of the application, with its default."""

    mongo_uri: str = field(default="", repr=False)
    mongo_db: str = "image_background_remover"
    app_secret_keys: tuple[str, ...] = field(default=(), repr=False)  # newest first
    x_rapid_api_key: str = field(default="", repr=False)
    x_rapid_api_host: str = "background-removal.p.rapidapi.com"
    remover: tuple[str, ...] = ()  # tried in this order
    local_model: str = "u2netp"  # an entry of removers/catalogue.py
    local_model_path: Path | None = None  # an ONNX file, or the folder with the entry's files
    image_bucket: str = ""  # empty: images are kept in their records
    user_limit: int = 5
    retention_days: int = 30  # 0: for ever
    max_upload_mb: int = 20
    max_megapixels: int = 50
    uploads_at_once: int = 12
    megapixels_at_once: int = 100
    api_keys: str = "required"  # or "off"
    fetch_urls: bool = True
    access_key: str = field(default="", repr=False)  # empty: no key is needed
    allowed_origins: tuple[str, ...] = ()
    site_url: str = ""
    cookie_samesite: str = "Lax"
    log_level: str = "INFO"
    google_cloud_project: str = ""

    @property
    def max_upload_bytes(self) -> int:
        """The size of the largest file that we accept."""
        return self.max_upload_mb * 1024 * 1024

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, *, requires: Collection[str]) -> "Settings":
        """Read and check the settings; raise SettingsError if one is malformed or a required one is missing.

        An empty setting counts as not set. Requiring REMOVER requires the settings of the chosen remover.
        """
        given = {name: environ[name].strip() for name in SETTINGS if environ.get(name, "").strip()}
        given.setdefault("REMOVER", "rapidapi" if "X_RAPID_API_KEY" in given else "local")
        for name in requires:
            if name not in given:
                raise SettingsError(f"{name} is not set; it should be {SETTINGS[name].meaning}")
        settings = cls(**{SETTINGS[name].field: _parse(name, text) for name, text in given.items()})
        if "REMOVER" in requires:
            _check_remover(settings)
        return settings


class _Setting(NamedTuple):
    field: str
    parse: Callable[[str], object]
    meaning: str


def _parse(name: str, text: str) -> Any:
    try:
        return SETTINGS[name].parse(text)
    except ValueError:
        raise SettingsError(f"{name} is malformed; it should be {SETTINGS[name].meaning}") from None


def _check_remover(settings: Settings) -> None:
    if "rapidapi" in settings.remover and not settings.x_rapid_api_key:
        raise SettingsError("X_RAPID_API_KEY is not set; REMOVER names rapidapi, which needs it")
    if "local" in settings.remover and settings.local_model_path is None:
        raise SettingsError(
            "LOCAL_MODEL_PATH is not set; the local remover needs it"
            " (or set X_RAPID_API_KEY to have the provider do the work)"
        )


def _matching(pattern: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return parse


def _whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return parse


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _list_of(parse_item: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        return tuple(parse_item(item.strip()) for item in text.split(","))

    return parse


def _existing_path(text: str) -> Path:
    path = Path(text)
    if not path.exists():
        raise ValueError(text)
    return path


def _origin(text: str) -> str:
    """Check a web origin: a scheme, a host and maybe a port, but no path."""
    parts = urlsplit(text)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or text != f"{parts.scheme}://{parts.netloc}"
    ):
        raise ValueError(text)
    return text


_SECRET_KEY = _matching(r".{16,}")
_HOST_NAME = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"

SETTINGS: Mapping[str, _Setting] = {
    "MONGO_URI": _Setting(
        "mongo_uri",
        _matching(r"mongodb(\+srv)?://\S+"),
        "the MongoDB server's URI, mongodb://... or mongodb+srv://...",
    ),
    "MONGO_DB": _Setting(
        "mongo_db", _matching(r"[A-Za-z0-9_-]{1,63}"), "a database name: letters, digits, _ and -"
    ),
    "APP_SECRET_KEY": _Setting(
        "app_secret_keys",
        _list_of(_SECRET_KEY),
        "at least 16 random characters (several keys: newest first, with commas between)",
    ),
    "X_RAPID_API_KEY": _Setting(
        "x_rapid_api_key", _matching(r"[!-~]+"), "the key of your RapidAPI subscription"
    ),
    "X_RAPID_API_HOST": _Setting(
        "x_rapid_api_host",
        # The key must not cross a network unencrypted, so plain http is only for a server on this machine.
        _matching(rf"{_HOST_NAME}|http://(127\.0\.0\.1|localhost)(:\d+)?"),
        "the provider's host name, without https://",
    ),
    "REMOVER": _Setting(
        "remover", _list_of(_matching("rapidapi|local")), "rapidapi, local or rapidapi,local"
    ),
    "LOCAL_MODEL": _Setting(
        "local_model",
        _matching(r"[a-z0-9-]+"),
        "the name of a model that `python -m infra.models list` shows",
    ),
    "LOCAL_MODEL_PATH": _Setting(
        "local_model_path",
        _existing_path,
        "the path of an ONNX file that exists, or of the folder that has LOCAL_MODEL's files",
    ),
    "IMAGE_BUCKET": _Setting(
        "image_bucket",
        # https://cloud.google.com/storage/docs/buckets#naming
        _matching(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"),
        "the name of a Cloud Storage bucket, without gs://",
    ),
    "USER_LIMIT": _Setting("user_limit", _whole_number(1, 10_000), "a whole number from 1 to 10000"),
    "RETENTION_DAYS": _Setting(
        "retention_days", _whole_number(0, 36_500), "a whole number of days, 0 for ever"
    ),
    "MAX_UPLOAD_MB": _Setting("max_upload_mb", _whole_number(1, 1_000), "a whole number from 1 to 1000"),
    "MAX_MEGAPIXELS": _Setting("max_megapixels", _whole_number(1, 1_000), "a whole number from 1 to 1000"),
    "UPLOADS_AT_ONCE": _Setting("uploads_at_once", _whole_number(1, 1_000), "a whole number from 1 to 1000"),
    "MEGAPIXELS_AT_ONCE": _Setting(
        "megapixels_at_once", _whole_number(1, 10_000), "a whole number from 1 to 10000"
    ),
    "API_KEYS": _Setting("api_keys", _matching("required|off"), "required or off"),
    "FETCH_URLS": _Setting("fetch_urls", _boolean, "true or false"),
    "ACCESS_KEY": _Setting("access_key", _matching(r".{12,200}"), "at least 12 characters"),
    "ALLOWED_ORIGINS": _Setting(
        "allowed_origins", _list_of(_origin), "origins like https://example.com, with commas between"
    ),
    "SITE_URL": _Setting("site_url", _matching(r"https?://[^\s?#]+"), "the site's address, https://..."),
    "COOKIE_SAMESITE": _Setting("cookie_samesite", _matching("Lax|Strict|None"), "Lax, Strict or None"),
    "LOG_LEVEL": _Setting(
        "log_level", _matching("DEBUG|INFO|WARNING|ERROR"), "DEBUG, INFO, WARNING or ERROR"
    ),
    "GOOGLE_CLOUD_PROJECT": _Setting(
        "google_cloud_project",
        _matching(r"[a-z][a-z0-9:.-]{2,61}[a-z0-9]"),
        "the id of a Google Cloud project",
    ),
}
