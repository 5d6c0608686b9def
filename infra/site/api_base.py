"""The site for a bucket whose origin does not answer the endpoints as well."""

import html
import json
import re
from collections.abc import Mapping

from infra.site.errors import SiteError

_CONFIG = "config.js"
_DOCUMENT = "openapi.yaml"
_SERVER = re.compile(r"^(servers:\n  - url: ).*$", re.MULTILINE)
_PATH = re.compile(r"^  /api(?=/)", re.MULTILINE)
_CONSTANT = re.compile(r"""^(export const API_BASE = )(["']).*?\2""", re.MULTILINE)
_ACTION = re.compile(r"""(\saction=["'])/api(?=/)""")


def point_at(api_base: str, sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the sources with the endpoints at this URL, for modules, forms and the document of the API."""
    constant = json.dumps(api_base)
    config, count = _CONSTANT.subn(lambda found: found[1] + constant, sources.get(_CONFIG, b"").decode())
    if not count:
        raise SiteError(
            f"{_CONFIG} has no line `export const API_BASE = ...`, which --api-base would change."
        )
    pages = {name: _with_action(page, api_base) for name, page in sources.items() if name.endswith(".html")}
    if _DOCUMENT in sources:
        pages[_DOCUMENT] = _with_server(sources[_DOCUMENT], constant)
    return {**sources, **pages, _CONFIG: config.encode()}


def _with_server(document: bytes, constant: str) -> bytes:
    # Its paths are below /api, which is part of the URL now where the endpoints are.
    served = _SERVER.sub(lambda found: found[1] + constant, document.decode())
    return _PATH.sub("  ", served).encode()


def _with_action(page: bytes, api_base: str) -> bytes:
    return _ACTION.sub(lambda found: found[1] + html.escape(api_base), page.decode()).encode()
