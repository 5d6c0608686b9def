"""Adapt the site to a bucket on another origin than the endpoints."""

import html
import json
import re
from collections.abc import Mapping

from infra.errors import CommandError
from infra.site.pages import text_of

_CONFIG = "config.js"
_DOCUMENT = "openapi.yaml"
_SERVER = re.compile(r"^(servers:\n  - url: ).*$", re.MULTILINE)
_PATH = re.compile(r"^  /api(?=/)", re.MULTILINE)
_CONSTANT = re.compile(r"""^(export const API_BASE = )(["']).*?\2""", re.MULTILINE)
_ACTION = re.compile(r"""(\saction=["'])/api(?=/)""")


def point_at(api_base: str, sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Set the endpoints' address in modules, forms and the OpenAPI document."""
    constant = json.dumps(api_base)
    config, count = _CONSTANT.subn(
        lambda found: found[1] + constant, text_of(_CONFIG, sources.get(_CONFIG, b""))
    )
    if not count:
        raise CommandError(
            f"{_CONFIG} has no line `export const API_BASE = ...`, which --api-base would change."
        )
    changed = {_CONFIG: config}
    for name in sources:
        if name.endswith(".html"):
            changed[name] = _with_action(text_of(name, sources[name]), api_base)
        elif name == _DOCUMENT:
            changed[name] = _with_server(text_of(name, sources[name]), constant)
    return {**sources, **{name: text.encode() for name, text in changed.items()}}


def _with_server(document: str, constant: str) -> str:
    # The address of the endpoints replaces the /api at the start of the paths.
    return _PATH.sub("  ", _SERVER.sub(lambda found: found[1] + constant, document))


def _with_action(page: str, api_base: str) -> str:
    return _ACTION.sub(lambda found: found[1] + html.escape(api_base), page)
