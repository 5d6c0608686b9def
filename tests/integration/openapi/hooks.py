"""Hooks for the parts of the document that Schemathesis cannot read: pictures and their results."""

from typing import Any

import schemathesis
from hypothesis import strategies as st

from tests.photos import photo

Case = schemathesis.Case[Any]

KINDS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
GOOD = sorted(photo(*size, kind) for kind in KINDS.values() for size in ((1, 1), (8, 6), (40, 30)))

_good = st.sampled_from(GOOD)
_damaged = _good.map(lambda picture: picture[: len(picture) // 2])
_anything = st.one_of(*[_good] * 6, _damaged, st.binary(max_size=200))
schemathesis.openapi.media_type("image/png", _anything, aliases=[*KINDS][1:])


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Make a record_id in the body equal the one in the path, which no schema can express."""
    body: Any = case.body
    if _id(case) == "rename" and _is_meant_well(case) and "record_id" in body:
        case.body = {**body, "record_id": (case.path_parameters or {})["record_id"]}


@schemathesis.check
def pictures_and_nothing_else_are_kept(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: Case
) -> None:
    """Check that a valid picture with a valid name is kept, and that only an invalid picture is refused."""
    if _id(case) != "upload":
        return
    is_picture = any(sent in GOOD for sent in _sent(case))
    if response.status_code == 201:
        assert is_picture, "what is no picture was kept"
    elif _is_meant_well(case):
        refused = set() if is_picture else {"unsupported_image", "unreadable_image"}
        assert response.json()["code"] in {"idempotency_key_reused", *refused}


def _sent(case: Case) -> list[object]:
    body: Any = case.body
    images = body.get("image") if isinstance(body, dict) else None
    return [getattr(each, "data", each) for each in (images if isinstance(images, list) else [images])]


def _id(case: Case) -> str:
    return str(case.operation.definition.raw["operationId"])


def _is_meant_well(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive
