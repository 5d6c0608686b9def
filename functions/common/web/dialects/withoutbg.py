"""The parameters and errors of withoutBG's local server.

https://github.com/withoutbg/withoutbg
"""

from flask import Response

from common.domain.errors import BadRequest
from common.domain.options import CutoutOptions
from common.web.dialects import base64_text, values
from common.web.dialects.form import parse as parse_form
from common.web.problems import Problem
from common.web.responses import json_response


def picture(body: bytes, content_type: str) -> bytes:
    """Return the multipart part `image`, the base64 `image` of a JSON body, or the whole body."""
    start = body[:74].lstrip()
    if start.startswith(b"{"):
        return base64_text.decoded(parse_form(body, content_type).text("image"))
    if start.startswith(b"--"):
        return parse_form(body, content_type).file("image")
    return body


def options(output: str) -> CutoutOptions:
    """Return the options for `output`, which is cutout or matte, or raise BadRequest."""
    try:
        alpha_only = values.one_of(output or "cutout", "cutout", "matte") == "matte"
    except ValueError:
        raise BadRequest("output is cutout or matte.") from None
    return CutoutOptions(alpha_only=alpha_only, format="png")


def explain(problem: Problem) -> Response:
    """Return an error in withoutBG's format."""
    return json_response({"error": problem.detail}, problem.status, **problem.headers)
