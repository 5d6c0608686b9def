"""web/openapi.yaml is valid OpenAPI 3.1, and describes all routes and codes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.definitions import OPENAPI_31
from werkzeug.exceptions import MethodNotAllowed, RequestedRangeNotSatisfiable, RequestTimeout
from werkzeug.test import TestResponse

from app import create_app
from common import bootstrap
from common.domain import errors, removal_errors
from common.web.problems import Problem
from endpoints import ENDPOINTS
from tests.integration.openapi.calls import ADDRESSES, APPLICATIONS, CALLS, OUTAGE
from tests.integration.openapi.contract import (
    DOCUMENT,
    METHODS,
    OPERATIONS,
    PROBLEM,
    SOURCE,
    Answer,
    check_parts,
)
from tests.service import Service

# Errors here have another service's format.
IN_OTHER_WORDS = ("/v1.0/removebg", "/v1.0/account", "/v1/remove-background")
# The errors of programs that are problem details.
OF_PROGRAMS = (
    removal_errors.KeyRefused,
    removal_errors.KeyExhausted,
    removal_errors.KeyTooFast,
    removal_errors.FetchFailed,
)
RAISED: list[Exception] = [
    *(
        error(retry_after=1) if error is errors.RateLimited else error()
        for error in (*vars(errors).values(), *OF_PROGRAMS)
        if isinstance(error, type)
        and issubclass(error, errors.ApplicationError)
        and error not in (errors.PictureError, errors.RemoverError)
    ),
    MethodNotAllowed(["GET"]),
    RequestedRangeNotSatisfiable(),
    RequestTimeout(),
]


def parts(node: Any, at: str = "#") -> Iterator[tuple[str, Any]]:
    """Yield every node of the document with its path."""
    yield at, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in children:
        yield from parts(child, f"{at}/{name}")


def schemas() -> Iterator[tuple[str, Any]]:
    for at, node in parts(DOCUMENT):
        if at.endswith("/schema") or re.fullmatch(r"#/components/schemas/\w+", at):
            yield at, node


def examples(within: Any = DOCUMENT) -> Iterator[tuple[str, Any, Any]]:
    """Yield each example with its path and its schema."""
    for at, node in parts(within):
        if isinstance(node, dict) and isinstance(node.get("schema"), dict):
            given = [node["example"]] if "example" in node else []
            given += [each["value"] for each in node.get("examples", {}).values()]
            yield from ((at, value, node["schema"]) for value in given)
        if isinstance(node, dict) and isinstance(node.get("examples"), list):
            yield from ((at, value, node) for value in node["examples"])


def problems() -> Iterator[tuple[int, str, Any]]:
    """Yield status, code and example of each problem in the document."""
    for _, node in parts(DOCUMENT):
        if isinstance(node, dict) and PROBLEM in node:
            for _, example, _ in examples(node[PROBLEM]):
                yield example["status"], example["code"], example


# The document itself


def test_it_is_valid_openapi() -> None:
    assert [error.message for error in Draft202012Validator(OPENAPI_31).iter_errors(SOURCE)] == []
    assert len(list(schemathesis.openapi.from_dict(SOURCE).get_all_operations())) == len(OPERATIONS)


def test_every_schema_is_valid() -> None:
    found = list(schemas())

    for _, schema in found:
        Draft202012Validator.check_schema(schema)
    assert len(found) > 50


def test_every_example_matches_its_schema() -> None:
    found = list(examples())

    wrong = [
        (at, error.message)
        for at, value, schema in found
        for error in Draft202012Validator(schema).iter_errors(value)
    ]
    assert wrong == []
    assert len(found) > 60


def test_every_answer_with_a_body_has_an_example() -> None:
    bare = [
        at
        for at, node in parts(DOCUMENT)
        if re.search(r"/content/application~?/?\w", at)
        and isinstance(node, dict)
        and "schema" in node
        and not {"example", "examples"} & set(node)
    ]

    assert bare == []


def test_nothing_in_it_is_left_over() -> None:
    used = {node["$ref"] for _, node in parts(SOURCE) if isinstance(node, dict) and "$ref" in node}
    named = {f"#/components/{kind}/{name}" for kind, all_ in SOURCE["components"].items() for name in all_}

    assert named - used == {
        f"#/components/securitySchemes/{name}" for name in ("cookie", "bearer", "apiKey", "keyAsBearer")
    }


def test_every_link_names_an_operation_and_its_parameters() -> None:
    links = [
        link
        for _, node in parts(DOCUMENT)
        if isinstance(node, dict)
        for link in (node["links"].values() if isinstance(node.get("links"), dict) else [])
    ]

    for link in links:
        wanted = set(re.findall(r"\{(\w+)\}", OPERATIONS[link["operationId"]].path))
        assert set(link.get("parameters", {})) == wanted
    assert {link["operationId"] for link in links} == {"list", "image", "rename", "delete"}


# The routes


def check_answer(response: TestResponse) -> Answer:
    """Return the described answer for a response; a function without a load balancer has no /api."""
    path = "/api" + response.request.path.removeprefix("/api")
    headers, method = dict(response.headers.items()), response.request.method.lower()
    return check_parts(method, path, response.status_code, headers, response.data)


def methods_of(path: str) -> set[str]:
    return {method.upper() for method in DOCUMENT["paths"][path] if method in METHODS}


def test_every_endpoint_is_described_with_its_paths_and_methods() -> None:
    described = {
        path: (methods_of(path) - {"OPTIONS"}, item.get("x-also-at"))
        for path, item in DOCUMENT["paths"].items()
    }

    assert described == {
        endpoint.paths[0]: (set(endpoint.methods), endpoint.paths[1] if endpoint.paths[1:] else None)
        for endpoint in ENDPOINTS.values()
    }


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_every_address_has_the_described_methods(service: Service, path: str) -> None:
    methods = methods_of(path)

    response = service.call("OPTIONS", ADDRESSES[path].removeprefix("/api"))

    head = {"HEAD"} if "GET" in methods else set()
    assert set(response.headers["Allow"].split(", ")) == methods | head
    assert check_answer(response).status == 204
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("path", DOCUMENT["paths"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_every_other_method_is_the_answer_that_is_described(service: Service, path: str, method: str) -> None:
    if method.lower() in DOCUMENT["paths"][path]:
        method = "QUERY"

    response = service.call(method, ADDRESSES[path].removeprefix("/api"))

    code = None if path in IN_OTHER_WORDS else "method_not_allowed"
    assert check_answer(response) == ("any other method", 405, code)


@pytest.mark.usefixtures("environment")
def test_every_route_of_the_application_is_described() -> None:
    rules = {re.sub(r"<path:\w+>", "<>", rule.rule) for rule in create_app().url_map.iter_rules()}

    described = {"/<>"}  # the site
    for path, item in DOCUMENT["paths"].items():
        for address in (path, item.get("x-also-at", path)):
            start = address.partition("/{")[0]
            described |= {start, f"{start}/<>"} if start != "/" else {start}
    assert rules == described


def test_every_operation_describes_unexpected_errors(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(bootstrap, "parts", fail)
    for operation in OPERATIONS.values():
        response = service.call(operation.method.upper(), ADDRESSES[operation.path].removeprefix("/api"))
        code = None if operation.path in IN_OTHER_WORDS else "internal"
        assert check_answer(response) == (operation.id, 500, code)


def test_every_operation_but_health_describes_what_it_returns_without_the_access_key(
    environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS_KEY", "open sesame, please")
    client = create_app().test_client()

    for operation in OPERATIONS.values():
        if operation.method == "options" or operation.id == "health":
            assert "401" not in operation.responses
        else:
            answer = check_answer(client.open(ADDRESSES[operation.path], method=operation.method.upper()))
            assert answer == (operation.id, 401, "access_key_required")


# The codes


def test_every_code_is_described_with_its_status_and_none_beside() -> None:
    raised = [Problem.of(error) for error in RAISED]

    there_are = {(problem.status.value, problem.code) for problem in raised}
    there_are |= {(401, "access_key_required")}  # by common.web.access, which raises nothing
    assert {(status, code) for status, code, _ in problems()} == there_are
    answers = {(a.status, a.code) for operation in OPERATIONS.values() for a in operation.answers() if a.code}
    assert answers == there_are - {(405, "method_not_allowed")}


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_every_problem_is_shown_in_the_servers_own_words(error: Exception) -> None:
    problem = Problem.of(error)

    assert problem.detail in {example["detail"] for _, code, example in problems() if code == problem.code}


def test_every_answer_is_seen_from_the_hosts() -> None:
    tried = {answer for answer, _ in [*CALLS, *APPLICATIONS]} | set(OUTAGE)
    elsewhere = {
        Answer("image", 302),  # test_large_images.py
        Answer("upload", 408, "request_timeout"),  # hostile/test_slow.py, because it takes long
        Answer("rename", 408, "request_timeout"),
        Answer("matte", 408, "request_timeout"),  # the same code reads its body
        Answer("upload", 503, "overloaded"),  # test_overload.py
        Answer("matte", 503, "overloaded"),  # tests/unit/test_endpoints_matte.py
        *(
            answer
            for operation in OPERATIONS.values()
            for answer in operation.answers()
            if answer.status == 401
        ),
    }
    # The fixture `described` of tests/unit/conftest.py compares each of these with the document.
    elsewhere |= {
        answer
        for operation in OPERATIONS.values()
        if "programs" in DOCUMENT["paths"][operation.path][operation.method]["tags"]
        for answer in operation.answers()
        if answer.status not in (204, 500)
    }

    described = {answer for operation in OPERATIONS.values() for answer in operation.answers()}
    assert {answer for answer in described if answer.status != 500} == tried | elsewhere
