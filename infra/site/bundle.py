"""Bundle the site for publishing: every file with its final name, content and headers.

Modules, styles and all files in folders move into one folder that is named after their content, so their
references to each other stay valid. Only pages are rewritten, to name that folder. Files with well-known
names stay where they are, and browsers revalidate them each time.
"""

import gzip
import hashlib
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from infra.errors import CommandError
from infra.site.api_base import point_at
from infra.site.pages import rewrite, text_of

# No other files are published; the application host serves the same kinds.
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
    ".yaml": "application/yaml",
    ".webmanifest": "application/manifest+json",
}
VERSION_PREFIX = "version-"
_ENDPOINTS = "api/"  # served by the endpoints, not by the site
_HOME, _NOT_FOUND, _WORKER = "index.html", "404.html", "service-worker.js"
_FOREVER = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"
_GZIP_PAYS = 0.9  # of the size; for a smaller gain, unpacking is not worth the effort


@dataclass(frozen=True)
class SiteFile:
    """A file as the bucket keeps and serves it."""

    content: bytes
    content_type: str
    content_encoding: str | None
    cache_control: str

    @property
    def is_immutable(self) -> bool:
        """Tell whether the file's address changes with its content."""
        return self.cache_control == _FOREVER


def bundle(folder: Path, *, api_base: str | None = None) -> dict[str, SiteFile]:
    """Return the folder's files by their published names, index.html last; raises CommandError."""
    sources = _read(folder)
    if api_base:
        sources = point_at(api_base, sources)
    versioned = {name: content for name, content in sources.items() if not _keeps_its_name(name)}
    version = _version(versioned)
    published = {name: f"{version}/{name}" if name in versioned else name for name in sources}
    files = {published[name]: _file(name, content, _FOREVER) for name, content in versioned.items()}
    for name in sorted(sources.keys() - versioned.keys(), key=_turn):
        content = _linked(name, sources[name], published) if _is_page(name) else sources[name]
        files[name] = _file(name, content, _REVALIDATE)
    return files


def _read(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix in CONTENT_TYPES and path.is_file())
    sources = {path.relative_to(folder).as_posix(): path for path in paths}
    if _HOME not in sources:
        raise CommandError(f"{folder} is not a site: it has no {_HOME}.")
    hidden = [name for name in sources if any(part.startswith(".") for part in name.split("/"))]
    return {name: path.read_bytes() for name, path in sources.items() if name not in hidden}


def _keeps_its_name(name: str) -> bool:
    """Tell whether the file has a well-known name, like a page, robots.txt or an icon."""
    is_at_root = "/" not in name and not name.endswith((".js", ".css"))
    return is_at_root or _is_page(name) or name == _WORKER


def _is_page(name: str) -> bool:
    return name.endswith(".html")


def _version(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return VERSION_PREFIX + digest.hexdigest()[:12]


def _turn(name: str) -> tuple[bool, bool, str]:
    return name == _HOME, _is_page(name), name


def _file(name: str, content: bytes, cache_control: str) -> SiteFile:
    packed = gzip.compress(content, mtime=0)  # without a time, so that equal content has equal bytes
    encoding = "gzip" if len(packed) < _GZIP_PAYS * len(content) else None
    kind = CONTENT_TYPES[PurePosixPath(name).suffix]
    return SiteFile(packed if encoding else content, kind, encoding, cache_control)


def _linked(page: str, content: bytes, published: Mapping[str, str]) -> bytes:
    """Return the page with its references replaced by the published names."""

    def replace(url: str) -> str:
        parts = urlsplit(url)
        target = posixpath.normpath(posixpath.join("/", posixpath.dirname(page), unquote(parts.path)))[1:]
        if parts.scheme or parts.netloc or not parts.path or target.startswith(_ENDPOINTS):
            return url
        if target not in published:
            raise CommandError(f"{page} refers to {target} (as {url!r}), which is not a file of the site.")
        return parts._replace(path=_address(published[target], page)).geturl()

    return rewrite(page, text_of(page, content), replace).encode()


def _address(target: str, page: str) -> str:
    """Return the target's address relative to a page, so that the site works below any path."""
    if page == _NOT_FOUND:  # it is served at every address that does not exist
        return quote(f"/{target}")
    relative = posixpath.relpath(target, posixpath.dirname(page) or ".")
    return quote(relative if relative.startswith("../") else f"./{relative}")
