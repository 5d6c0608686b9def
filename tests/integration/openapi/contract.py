"""Check answers against web/openapi.yaml."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
import yaml
from jsonschema import Draft202012Validator

from infra.local import ROOT

METHODS = ("get", "put", "post", "delete", "options", "patch")
PROBLEM = "application/problem+json"


class Answer(NamedTuple):
    """A described answer: its operation, status and code."""

    operation: str
    status: int
    code: str | None = None


@dataclass(frozen=True)
class Operation:
    """One method at one path, with its answers by status."""

    id: str
    path: str
    method: str
    responses: Mapping[str, Any]

    def answers(self) -> Iterator[Answer]:
        """Yield each answer, one for each of its codes."""
        for status, response in self.responses.items():
            for code in _codes(response):
                yield Answer(self.id, int(status), code)


def inlined(node: Any, document: Any) -> Any:
    """Return a part of the document with its references resolved."""
    if isinstance(node, list):
        return [inlined(each, document) for each in node]
    if not isinstance(node, dict):
        return node
    rest = {name: inlined(value, document) for name, value in node.items() if name != "$ref"}
    if not isinstance(node.get("$ref"), str):
        return rest
    target = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    found = inlined(target, document)
    return {**rest, "allOf": [found]} if rest else found


SOURCE: dict[str, Any] = yaml.safe_load((ROOT / "web" / "openapi.yaml").read_text("utf-8"))
DOCUMENT: dict[str, Any] = inlined(SOURCE, SOURCE)
OPERATIONS = {
    operation["operationId"]: Operation(operation["operationId"], path, method, operation["responses"])
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}


def check(response: requests.Response) -> Answer:
    """Return the described answer for a response, or fail with the difference."""
    request = response.request
    path, method = urlsplit(request.url or "").path, (request.method or "").lower()
    return check_parts(method, str(path), response.status_code, response.headers, response.content)


def check_parts(method: str, path: str, status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    """Do the same for the parts of a response."""
    name, responses = _responses(method, path)
    assert str(status) in responses, f"{method} {path}: {status} is not documented: {content[:200]!r}"
    described = responses[str(status)]
    _check_headers(described, headers)
    _check_body(described, headers, content, is_head=method == "head")
    code = json.loads(content)["code"] if headers.get("Content-Type") == PROBLEM and content else None
    return Answer(name, status, code)


def _responses(method: str, path: str) -> tuple[str, Mapping[str, Any]]:
    """Return the operation's id and its responses; without an operation, the answers of every address."""
    item = next((item for known, item in DOCUMENT["paths"].items() if _leads_to(known, item, path)), None)
    if item is None:
        shared = DOCUMENT["components"]["responses"]
        return "nothing", {"404": shared["NothingHere"], "405": shared["MethodNotAllowed"]}
    operation = item.get("get" if method == "head" else method)
    if operation is None:
        return "any other method", {"405": item["x-any-other-method"]}
    return operation["operationId"], operation["responses"]


def _leads_to(known: str, item: Mapping[str, Any], path: str) -> bool:
    return any(
        re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each) + "/?", path)
        for each in (known, item.get("x-also-at", known))
    )


def _check_headers(described: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    for name, header in described.get("headers", {}).items():
        value = headers.get(name)
        if value is None:
            assert not header.get("required"), f"the answer has no {name}"
        else:
            is_number = header["schema"].get("type") == "integer"
            _validate(int(value) if is_number else value, header["schema"], name)


def _check_body(
    described: Mapping[str, Any], headers: Mapping[str, str], content: bytes, *, is_head: bool
) -> None:
    contents = described.get("content", {})
    kind = headers.get("Content-Type", "")
    if is_head or not contents:
        assert content == b"", "there is a body where the document has none"
        return
    assert kind in contents, f"{kind} is not among {', '.join(contents)}"
    if kind in ("application/json", PROBLEM):
        _validate(json.loads(content), contents[kind]["schema"], "the body")
    else:
        assert content, "the image is empty"


def _validate(value: object, schema: Mapping[str, Any], what: str) -> None:
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(value)]
    assert errors == [], f"{what} is not as documented"


def _codes(response: Mapping[str, Any]) -> list[str | None]:
    schema = response.get("content", {}).get(PROBLEM, {}).get("schema", {})
    code = schema.get("properties", {}).get("code", {})
    return [code["const"]] if "const" in code else list(code.get("enum", [None]))
