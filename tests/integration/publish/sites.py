"""A site to publish, a later version of it, and the files that a visitor loads."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from google.cloud import storage

from infra.site.__main__ import main
from tests.gcs import GcsEmulator

SITE = {
    "index.html": """<!doctype html>
        <link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/styles/page.css">
        <script type="module" src="/main.js"></script><form action="/api/upload"></form>"""
    + "<p>Some words.</p>" * 20,
    "404.html": '<link rel="stylesheet" href="/styles/page.css">Not here.',
    "favicon.svg": "<svg></svg>",
    "robots.txt": "User-agent: *",
    "config.js": 'export const API_BASE = "/api";\n',
    "main.js": 'import { a } from "./parts/a.js";\nimport { API_BASE } from "./config.js";\na(API_BASE);',
    "parts/a.js": 'export const a = () => import("../late.js");',
    "late.js": 'export const late = new URL("./parts/drawing.png", import.meta.url);',
    "parts/drawing.png": "\x89PNG not really",
    "styles/page.css": '@import "./words.css";',
    "styles/words.css": "p { color: red }",
}
REWORKED = {
    "main.js": 'import { a } from "./parts/b.js";\nimport { API_BASE } from "./config.js";\na(API_BASE, 2);',
    "parts/a.js": None,
    "parts/b.js": 'export const a = () => import("../late.js"); // moved',
    "late.js": 'export const late = new URL("./parts/painting.png", import.meta.url);',
    "parts/drawing.png": None,
    "parts/painting.png": "\x89PNG even less",
    "styles/words.css": "p { color: blue }",
    "index.html": SITE["index.html"] + "<p>And more.</p>",
    "404.html": SITE["404.html"] + "<p>Really.</p>",
}
Capture = pytest.CaptureFixture[str]
VERSION = re.compile(r"version-[0-9a-f]{12}/")


class Site:
    """A bucket, and the folder to publish to it."""

    def __init__(self, gcs: GcsEmulator, bucket: str, folder: Path) -> None:
        self.gcs, self.bucket, self.folder = gcs, bucket, folder
        self.change(SITE)

    def change(self, files: Mapping[str, str | None]) -> None:
        """Write these files into the folder; None deletes one."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_text(content, encoding="utf-8")

    def publish(self, *options: str) -> int:
        return main([f"gs://{self.bucket}", "--folder", str(self.folder), "--timeout", "2", *options])

    def objects(self) -> dict[str, tuple[int, str]]:
        """Return the generation and checksum of every object, by name."""
        blobs = storage.Client(project=None).bucket(self.bucket).list_blobs()
        return {blob.name: (blob.generation, blob.md5_hash) for blob in blobs}

    def name(self, plain: str) -> str:
        """Return a file's name in the folder of the bucket's only version."""
        [name] = [name for name in self.objects() if name != plain and VERSION.sub("", name) == plain]
        return name

    def version(self) -> str:
        """Return the folder of the version that the home page loads."""
        found = VERSION.search(self.get("index.html").text)
        assert found
        return found[0]

    def current(self) -> set[str]:
        """Return the names of all objects, without those of other versions."""
        version = self.version()
        return {name for name in self.objects() if not VERSION.match(name) or name.startswith(version)}

    def get(self, path: str) -> requests.Response:
        return self.gcs.get(self.bucket, path)

    def loaded(self, page: str = "index.html") -> dict[str, str]:
        """Return the files that a browser loads for a page, by address; they must all exist."""
        files: dict[str, str] = {}
        wanted = [f"/{page}"]
        while wanted:
            address = wanted.pop()
            if address not in files:
                response = self.get(address[1:])
                assert response.status_code == 200, f"{page} needs {address}"
                response.encoding = "utf-8"
                files[address] = response.text
                wanted += [urljoin(address, found) for found in references(address, response.text)]
        return files


class Page(HTMLParser):
    """Finds the files that a page loads, independently of the publisher."""

    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        loads = (
            known.get("rel") in ("stylesheet", "icon", "modulepreload", "manifest") if tag == "link" else True
        )
        address = known.get("href") if tag == "link" else known.get("src")
        if loads and address and not urlsplit(address).scheme:
            self.references.append(address)


def references(address: str, content: str) -> list[str]:
    if address.endswith(".html"):
        page = Page()
        page.feed(content)
        return page.references
    code = re.sub(r"/\*.*?\*/", "", content, flags=re.DOTALL)
    if address.endswith(".css"):
        return re.findall(r"(?:@import |url\()[\"']?(?!data:|#)([^\"')]+)", code)
    if address.endswith(".js"):
        module = r"""^\s*(?:import|export|\})[^;"']*["'](\.[^"']+)["']"""
        later = r"""\b(?:import|new URL)\(\s*["'](\.[^"']+)["']"""
        return re.findall(module, code, flags=re.MULTILINE) + re.findall(later, code)
    return []
