"""Rewrite a page's references to the files that browsers load with it."""

import re
from collections.abc import Callable

from infra.errors import CommandError

_TAG = re.compile(
    r"""<!--.*?-->|<(?:link|script|img|source|use)\b(?:"[^"]*"|'[^']*'|[^"'>])*>""", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""(\s(?:href|src)\s*=\s*(?:"|'|(?!["'])))([^"'\s>]+)""", re.IGNORECASE)
_SRCSET = re.compile(r"\ssrcset\s*=", re.IGNORECASE)
_REL = re.compile(r"""\srel\s*=\s*["']?([\w\s-]+)""", re.IGNORECASE)
# Browsers load links of these kinds with the page; others only name an address.
_LOADED = {"stylesheet", "modulepreload", "preload", "prefetch", "icon", "apple-touch-icon", "manifest"}


def text_of(name: str, content: bytes) -> str:
    """Return a file's text, or raise CommandError."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise CommandError(f"{name} is not UTF-8 text.") from None


def rewrite(name: str, page: str, replace: Callable[[str], str]) -> str:
    """Replace each reference to a file that browsers load with the page."""

    def rewrite_tag(found: re.Match[str]) -> str:
        tag = found[0]
        rel = _REL.search(tag)
        if tag.startswith("<!--") or (rel and _LOADED.isdisjoint(rel[1].lower().split())):
            return tag
        if _SRCSET.search(tag):
            raise CommandError(f"{name} has srcset, which publishing does not rewrite; use src alone.")
        return _ATTRIBUTE.sub(lambda attribute: attribute[1] + replace(attribute[2]), tag)

    return _TAG.sub(rewrite_tag, page)
