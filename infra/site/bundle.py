"""The site as it is published: every file under its final name, with its final content and headers."""

import gzip
import hashlib
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from infra.site.api_base import point_at
from infra.site.errors import SiteError, UnreadableReference
from infra.site.references import rewrite

# Nothing else is part of the site; the application host serves the same kinds.
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
_ENDPOINTS = "api/"  # not the site's to answer
_HOME, _NOT_FOUND = "index.html", "404.html"
_ASKED_FOR_BY_NAME = {"robots.txt", "favicon.ico", "favicon.svg"}  # whether or not a page refers to them
_FOREVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
_GZIP_PAYS = 0.9  # of the size; below that a browser gains less than it spends


@dataclass(frozen=True)
class SiteFile:
    """A file as the bucket keeps and serves it."""

    content: bytes
    content_type: str
    content_encoding: str | None
    cache_control: str

    @property
    def is_immutable(self) -> bool:
        """Tell whether the file's name changes with its content."""
        return self.cache_control == _FOREVER


def bundle(folder: Path, *, api_base: str | None = None) -> dict[str, SiteFile]:
    """Return the folder's files by their published names, index.html last; raises SiteError."""
    sources = _read(folder)
    if api_base:
        sources = point_at(api_base, sources)
    linker = _Linker(sources)
    contents = {name: linker.content(name) for name in sorted(sources, key=_turn)}
    files = {}
    for name, content in contents.items():
        if name in linker.renamed:
            files[fingerprinted(name, content)] = _file(name, content, _FOREVER)
        if name not in linker.renamed or name in _ASKED_FOR_BY_NAME:
            files[name] = _file(name, content, _ASK_FIRST)
    return files


def _turn(name: str) -> tuple[bool, bool, str]:
    return name == _HOME, name.endswith(".html"), name


def fingerprinted(name: str, content: bytes) -> str:
    """Return the name with a fingerprint of the content before its suffix."""
    path = PurePosixPath(name)
    return str(path.with_stem(f"{path.stem}.{hashlib.sha256(content).hexdigest()[:8]}"))


def _read(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix in CONTENT_TYPES and path.is_file())
    sources = {path.relative_to(folder).as_posix(): path for path in paths}
    if _HOME not in sources:
        raise SiteError(f"{folder} is not a site: it has no {_HOME}.")
    hidden = [name for name in sources if any(part.startswith(".") for part in name.split("/"))]
    return {name: path.read_bytes() for name, path in sources.items() if name not in hidden}


def _file(name: str, content: bytes, cache_control: str) -> SiteFile:
    packed = gzip.compress(content, mtime=0)  # without the time, so that the same content stays the same
    encoding = "gzip" if len(packed) < _GZIP_PAYS * len(content) else None
    kind = CONTENT_TYPES[PurePosixPath(name).suffix]
    return SiteFile(packed if encoding else content, kind, encoding, cache_control)


class _Linker:
    """Finishes each file after those it refers to, so that its fingerprint covers theirs."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self.renamed: set[str] = set()
        self._sources = sources
        self._finished: dict[str, bytes] = {}
        self._open: list[str] = []  # how we came from the first file to the one at hand

    def content(self, name: str) -> bytes:
        """Return the final content of a file."""
        if name in self._open:
            circle = [*self._open[self._open.index(name) :], name]
            raise SiteError(f"Files refer to each other in a circle: {' -> '.join(circle)}. Break it.")
        if name not in self._finished:
            self._open.append(name)
            self._finished[name] = self._linked(name)
            self._open.pop()
        return self._finished[name]

    def _linked(self, name: str) -> bytes:
        content, suffix = self._sources[name], PurePosixPath(name).suffix
        if not CONTENT_TYPES[suffix].startswith(("text/", "application/manifest")):
            return content
        try:
            return rewrite(suffix, content.decode(), lambda url: self._published(url, name)).encode()
        except UnicodeDecodeError:
            raise SiteError(f"{name} is not UTF-8 text.") from None
        except UnreadableReference as error:
            raise SiteError(f"{name} has {error}.") from None

    def _published(self, url: str, name: str) -> str:
        """Return what to write in the named file instead of this reference."""
        parts = urlsplit(url)
        target = posixpath.normpath(posixpath.join("/", posixpath.dirname(name), unquote(parts.path)))[1:]
        if parts.scheme or parts.netloc or not parts.path or target.startswith(_ENDPOINTS):
            return url
        if target not in self._sources:
            raise SiteError(f"{name} refers to {target} (as {url!r}), which is not a file of the site.")
        if not target.endswith(".html"):
            self.renamed.add(target)
            target = fingerprinted(target, self.content(target))
        return parts._replace(path=_address(target, name)).geturl()


def _address(target: str, name: str) -> str:
    """Return the target's address as seen from a file, which holds wherever in an origin the site is."""
    if name == _NOT_FOUND:  # answered at any address, so that nothing is relative to it
        return quote(f"/{target}")
    relative = posixpath.relpath(target, posixpath.dirname(name) or ".")
    return quote(relative if relative.startswith("../") else f"./{relative}")
