"""remove.bg's API, version 1.0: parse its parameters, and make its headers and errors.

https://www.remove.bg/api
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response

from common.domain.errors import BadRequest
from common.domain.mattes import Rendering
from common.domain.options import CutoutOptions
from common.domain.quotas import Usage
from common.web.dialects import base64_text, parameters, values
from common.web.dialects.form import Form
from common.web.problems import Problem
from common.web.responses import json_response

_TYPES = (
    *("auto", "person", "product", "car", "car_interior", "car_part", "animal", "graphic", "graphics"),
    *("transportation", "other"),
)
_ABSENT = ("undefined", "null")  # JavaScript clients send these for a missing value


class RemoveBgError(BadRequest):
    """A request that remove.bg would refuse, with remove.bg's error code."""

    def __init__(self, code: str, title: str) -> None:
        super().__init__(title)
        self.code = code  # type: ignore[misc]  # one class serves all of remove.bg's codes


@dataclass(frozen=True, slots=True)
class RemoveBgCall:
    """A checked call; exactly one of `image` and `image_url` is not empty."""

    options: CutoutOptions
    image: bytes = b""
    image_url: str = ""
    backdrop: bytes = b""
    backdrop_url: str = ""


def parse(form: Form) -> RemoveBgCall:
    """Return the call in a form, or raise RemoveBgError for the first mistake."""
    texts = {name: text for name, text in form.texts.items() if text and text not in _ABSENT}
    form = Form(texts, form.files)
    image, image_url = _source(form)
    backdrop, backdrop_url = form.file("bg_image_file"), form.text("bg_image_url")
    backgrounds = (form.text("bg_color"), backdrop, backdrop_url)
    if sum(map(bool, backgrounds)) > 1:
        raise RemoveBgError(
            "multiple_bg_sources", "Send only one of bg_color, bg_image_url and bg_image_file."
        )
    try:
        for name, parser in _IGNORED.items():
            parameters.read(texts, name, parser)
        return RemoveBgCall(parameters.parse(texts), image, image_url, backdrop, backdrop_url)
    except parameters.InvalidValue as error:
        raise RemoveBgError(f"invalid_{error.name}", str(error)) from None


def _source(form: Form) -> tuple[bytes, str]:
    """Return the picture, or the address of one."""
    sent = (form.file("image_file"), _encoded(form), form.text("image_url"))
    if not any(sent):
        raise RemoveBgError("missing_source", "Send a picture as image_file, image_file_b64 or image_url.")
    if sum(map(bool, sent)) > 1:
        raise RemoveBgError("multiple_sources", "Send only one of image_file, image_file_b64 and image_url.")
    file, encoded, url = sent
    return file or _decoded(encoded), url


def _encoded(form: Form) -> str:
    """Return the picture in base64, which may also come as a file, or as the text `image_file`."""
    file = form.file("image_file_b64").decode("ascii", "replace")
    return form.text("image_file_b64", "image_base64") or file or form.text("image_file")


def _decoded(encoded: str) -> bytes:
    try:
        return base64_text.decoded(encoded)
    except BadRequest as error:
        raise RemoveBgError("failed_to_read_image", error.detail) from None


# Parameters without effect here; only their values are checked.
_IGNORED: Mapping[str, Callable[[str], object]] = {
    "type": lambda text: values.one_of(text, *_TYPES),
    "type_level": lambda text: values.one_of(text, "none", "1", "2", "latest"),
    "add_shadow": values.boolean,
    "shadow_type": lambda text: values.one_of(text, "auto", "drop", "3d", "car", "none"),
    "shadow_opacity": lambda text: values.whole_number(text, 0, 100),
    "semitransparency": values.boolean,
}


def respond(rendering: Rendering, *, as_json: bool) -> Response:
    """Return the cut-out as bytes or as JSON, with remove.bg's headers."""
    left, top, right, bottom = rendering.subject or (0, 0, 0, 0)
    place = {"top": top, "left": left, "width": right - left, "height": bottom - top}
    headers = {
        "X-Type": "other",
        "X-Width": rendering.width,
        "X-Height": rendering.height,
        "X-Max-Width": rendering.picture[0],
        "X-Max-Height": rendering.picture[1],
        "X-Credits-Charged": 0,
        **{f"X-Foreground-{name.title()}": value for name, value in place.items()},
    }
    response = Response(rendering.content, content_type=rendering.content_type)
    if as_json:
        encoded = base64.b64encode(rendering.content).decode("ascii")
        data = {"result_b64": encoded, **{f"foreground_{name}": value for name, value in place.items()}}
        response = json_response({"data": data})
    response.headers.extend(headers)
    return response


def account(usage: Usage) -> Response:
    """Return the remaining calls of the month as remove.bg's credits."""
    left = usage.left_this_month
    credits = {"total": left, "subscription": left, "payg": 0, "enterprise": 0}
    return json_response(
        {"data": {"attributes": {"credits": credits, "api": {"free_calls": left, "sizes": "all"}}}}
    )


def explain(problem: Problem) -> Response:
    """Return an error in remove.bg's format."""
    status, code = _CODES.get(problem.code, (problem.status, problem.code))
    error = {"title": problem.detail, "code": code, "detail": problem.detail}
    return json_response({"errors": [error]}, status, **problem.headers)


_BAD = HTTPStatus.BAD_REQUEST
# Our codes for which remove.bg has other codes.
_CODES: Mapping[str, tuple[HTTPStatus, str]] = {
    "unsupported_image": (_BAD, "invalid_file_type"),
    "unreadable_image": (_BAD, "failed_to_read_image"),
    "image_too_large": (_BAD, "file_too_large"),
    "unknown_foreground": (_BAD, "unknown_foreground"),
    "rate_limited": (HTTPStatus.TOO_MANY_REQUESTS, "rate_limit_exceeded"),
}
