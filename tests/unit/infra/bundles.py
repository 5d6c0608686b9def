"""A small site, and bundles of it and its variations."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.errors import CommandError
from infra.site.bundle import SiteFile, bundle

PAGE = '<link rel="stylesheet" href="/look.css"><script type="module" src="/main.js"></script>'
SITE = {
    "index.html": PAGE,
    "404.html": '<link rel="stylesheet" href="/look.css">',
    "look.css": "p { color: red }",
    "main.js": 'import { a } from "./parts/a.js";\na();',
    "parts/a.js": 'import "../b.js";\nexport const a = () => 1;',
    "b.js": "export const b = 2;",
    "lone.js": "export const c = 3;",
}
VERSION = re.compile(r"version-[0-9a-f]{12}/")


def versions(files: dict[str, SiteFile]) -> set[str]:
    return {found[0] for name in files if (found := VERSION.match(name))}


def bundled(
    folder: Path, files: Mapping[str, str | bytes | None], api_base: str | None = None
) -> dict[str, SiteFile]:
    """Return the bundle of SITE with these files changed; None leaves one out."""
    for name, content in {**SITE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return bundle(folder, api_base=api_base)


def refusal(folder: Path, files: Mapping[str, str | bytes | None], api_base: str | None = None) -> str:
    with pytest.raises(CommandError) as raised:
        bundled(folder, files, api_base)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def published(files: dict[str, SiteFile], name: str) -> str:
    """Return the published name of a file."""
    return next(known for known in files if VERSION.sub("", known) == name)


def text(files: dict[str, SiteFile], name: str) -> str:
    """Return a file's text as a browser receives it, by its name before publishing."""
    file = files[published(files, name)]
    return (gzip.decompress(file.content) if file.content_encoding else file.content).decode()


def linked(files: dict[str, SiteFile], name: str) -> str:
    """Return a file's text without the version's folder."""
    return VERSION.sub("", text(files, name))
