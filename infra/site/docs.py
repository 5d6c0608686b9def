"""python -m infra.site.docs: write web/docs.html, the page about the API, from web/openapi.yaml."""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import yaml

_SITE = Path(__file__).resolve().parents[2] / "web"
_METHODS = ("get", "post", "put", "delete")
_CODE = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_HELP = "Writes web/docs.html from web/openapi.yaml. Install tests/requirements.txt first."

Json = Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page and return the exit status."""
    argparse.ArgumentParser(prog="python -m infra.site.docs", description=_HELP).parse_args(arguments)
    (_SITE / "docs.html").write_text(page((_SITE / "openapi.yaml").read_text("utf-8")), "utf-8")
    return 0


def page(source: str) -> str:
    """Return the page for an OpenAPI document."""
    document = yaml.safe_load(source)
    info = document["info"]
    operations = _Operations(document)
    return _PAGE.format(
        title=escape(info["title"]),
        about=_prose(info["description"]),
        contents="\n".join(operations.links()),
        sections="\n".join(operations.sections()),
    )


class _Operations:
    """The operations of a document, each as a link and as a section of the page."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def _all(self) -> Iterator[tuple[str, str, Json]]:
        """Yield path, method and path item of each."""
        for path, item in self._document["paths"].items():
            yield from ((path, method, item) for method in _METHODS if method in item)

    def links(self) -> Iterator[str]:
        for path, method, item in self._all():
            name, summary = item[method]["operationId"], escape(item[method]["summary"])
            yield f'<li><a href="#{name}">{summary}</a> <code>{method.upper()} {escape(path)}</code></li>'

    def sections(self) -> Iterator[str]:
        for path, method, item in self._all():
            yield from self._section(path, method, item)

    def _section(self, path: str, method: str, item: Json) -> Iterator[str]:
        operation = item[method]
        name = operation["operationId"]
        yield f'<section class="panel operation" aria-labelledby="{name}">'
        yield f'<h2 id="{name}">{escape(operation["summary"])}</h2>'
        yield f"<p><code>{method.upper()} {escape(path)}</code></p>"
        yield _prose(operation.get("description", ""))
        parameters = [
            self._found(each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))
        ]
        yield _table("Parameters", ((each["name"], self._about(each, each["schema"])) for each in parameters))
        yield _table("Body", self._body(operation))
        yield _table("Answers", self._answers(operation))
        yield "</section>"

    def _answers(self, operation: Json) -> Iterator[tuple[str, str]]:
        """Yield status and description of each response; a description that comes again is not repeated."""
        first: dict[str, str] = {}
        for status, response in operation["responses"].items():
            description = self._found(response)["description"]
            same = first.setdefault(description, status)
            yield status, description if same == status else f"As {same}."

    def _body(self, operation: Json) -> Iterator[tuple[str, str]]:
        """Yield the properties of the request body, each once for all media types."""
        seen: dict[str, str] = {}
        for content in self._found(operation.get("requestBody", {})).get("content", {}).values():
            for name, schema in self._found(content.get("schema", {})).get("properties", {}).items():
                seen.setdefault(name, self._about({}, schema))
        yield from seen.items()

    def _about(self, parameter: Json, reference: Json) -> str:
        schema = self._found(reference)
        text = str(parameter.get("description") or schema.get("description", "")).strip()
        values = schema.get("enum")
        if values:
            text += " One of " + ", ".join(f"`{value}`" for value in values) + "."
        if "default" in schema:
            default = schema["default"]
            text += f" Default: `{default if isinstance(default, str) else json.dumps(default)}`."
        return text.strip()

    def _found(self, node: Json) -> Json:
        """Resolve the references of a node."""
        while "$ref" in node:
            target: Any = self._document
            for name in str(node["$ref"]).removeprefix("#/").split("/"):
                target = target[name.replace("~1", "/").replace("~0", "~")]
            node = target
        return node


def _table(title: str, rows: Iterator[tuple[str, str]]) -> str:
    cells = "".join(
        f'<tr><th scope="row"><code>{escape(str(name))}</code></th><td>{_inline(text)}</td></tr>\n'
        for name, text in rows
    )
    return f"<h3>{title}</h3>\n<table>\n{cells}</table>" if cells else ""


def _prose(text: str) -> str:
    """Return the paragraphs and indented examples of a description as HTML."""
    blocks = (block for block in re.split(r"\n\s*\n", text.rstrip()) if block.strip())
    return "\n".join(
        f'<pre tabindex="0"><code>{escape(_dedented(block))}</code></pre>'
        if block.startswith("    ")
        else f"<p>{_inline(block)}</p>"
        for block in blocks
    )


def _dedented(block: str) -> str:
    return "\n".join(line[4:] for line in block.splitlines())


def _inline(text: str) -> str:
    marked = _CODE.sub(r"<code>\1</code>", escape(" ".join(text.split())))
    return _STRONG.sub(r"<strong>\1</strong>", marked)


_PAGE = """<!doctype html>
<!-- Made from openapi.yaml by python -m infra.site.docs -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API · {title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/styles/tokens.css">
<link rel="stylesheet" href="/styles/base.css">
<link rel="stylesheet" href="/styles/page.css">
<link rel="stylesheet" href="/styles/docs.css">
</head>
<body>
<header class="page-header">
  <a class="brand" href="/">
    <img src="/favicon.svg" alt="" width="32" height="32">
    {title}
  </a>
</header>
<main class="page-main docs">
<h1>API</h1>
{about}
<p>The same as a document for programs: <a href="/openapi.yaml">openapi.yaml</a></p>
<nav aria-labelledby="contents">
<h2 id="contents">Calls</h2>
<ul>
{contents}
</ul>
</nav>
{sections}
</main>
</body>
</html>
"""


if __name__ == "__main__":
    sys.exit(main())
