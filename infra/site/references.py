"""The references from one file of a site to another: where they stand in its text."""

import re
from collections.abc import Callable

from infra.site.errors import UnreadableReference

Replace = Callable[[str], str]

# Comments are matched first, so that what they mention (JSDoc's `import("./x.js")` types) is not taken for a
# reference; so are strings and regular expressions, where what looks like a comment is none.
_SCRIPT = re.compile(
    r"""
      /\*.*?\*/ | //[^\n]*
    | (?<![.\w$])
      (?: from | import | import\s*\( | new\s+URL\( (?=\s*(?:"[^"\n]*"|'[^'\n]*')\s*,\s*import\.meta\.url) )
      \s*(?P<quote>["'])(?P<url>[^"'\n]*)(?P=quote)
    | (?P<computed>
      (?<![.\w$]) (?: import\s*\( (?!\s*["']) | new\s+URL\( (?!\s*["'])[^()]*,\s*import\.meta\.url ) )
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|[^`\\])*`
    | (?: \A | [(,=:\[!&|?{;>] | \breturn ) \s* /(?![*/]) (?: \\. | \[(?:\\.|[^\]\\\n])*\] | [^/\\\n\[] )+ /
    """,
    re.VERBOSE | re.DOTALL,
)
_STYLE = re.compile(r"/\*.*?\*/|(?:\burl\(\s*[\"']?|@import\s+[\"'])(?P<url>[^\"')\s]+)", re.DOTALL)
_MANIFEST = re.compile(r'"src"\s*:\s*"(?P<url>[^"]*)"')

_TAG = re.compile(
    r"""<!--.*?-->|<(?:link|script|img|source|use)\b(?:"[^"]*"|'[^']*'|[^"'>])*>""", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""\s(?:href|src)\s*=\s*(?:"|'|(?!["']))(?P<url>[^"'\s>]+)""", re.IGNORECASE)
_SRCSET = re.compile(r"\ssrcset\s*=", re.IGNORECASE)
_REL = re.compile(r"""\srel\s*=\s*["']?([\w\s-]+)""", re.IGNORECASE)
# Of the links of a page those that the browser loads as part of it; others only name an address.
_LOADED = {"stylesheet", "modulepreload", "preload", "prefetch", "icon", "apple-touch-icon", "manifest"}


def rewrite(suffix: str, text: str, replace: Replace) -> str:
    """Return the text of a file of this kind with each of its references replaced."""
    if suffix == ".html":
        return _TAG.sub(lambda tag: _rewrite_tag(tag[0], replace), text)
    pattern = {".js": _SCRIPT, ".css": _STYLE, ".webmanifest": _MANIFEST}.get(suffix)
    return _rewrite_each(pattern, text, replace) if pattern else text


def _rewrite_tag(tag: str, replace: Replace) -> str:
    rel = _REL.search(tag)
    if tag.startswith("<!--") or (rel and _LOADED.isdisjoint(rel[1].lower().split())):
        return tag
    if _SRCSET.search(tag):
        raise UnreadableReference("srcset, which publishing does not read; use src alone")
    return _rewrite_each(_ATTRIBUTE, tag, replace)


def _rewrite_each(pattern: re.Pattern[str], text: str, replace: Replace) -> str:
    def replaced(match: re.Match[str]) -> str:
        found = match.groupdict()
        if found.get("computed"):
            call = match[0].partition("(")[0].strip()
            raise UnreadableReference(
                f"{call}(...) of something else than a plain string, which cannot be renamed"
            )
        if not found["url"]:
            return match[0]
        start, end = (edge - match.start() for edge in match.span("url"))
        return match[0][:start] + replace(found["url"]) + match[0][end:]

    return pattern.sub(replaced, text)
