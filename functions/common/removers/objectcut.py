"""ObjectCut's request form and its answers.

https://rapidapi.com/objectcut.api/api/background-removal/details
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from common.domain.mattes import ViewSpec

VIEW = ViewSpec("jpeg", 2500)  # the provider shrinks larger pictures
BAD_PICTURE = "002"
FORM_TYPE = "application/x-www-form-urlencoded"
_ASKED_FOR = b"output_format=base64&to_remove=background&color_removal=transparent"
_STANDARD_ALPHABET = str.maketrans("-_", "+/")


class UnusableAnswer(Exception):
    """The answer contains no cut-out of the picture; the message says why."""


def form(image_base64: bytes) -> bytes:
    """Return the request's fields as a form (FORM_TYPE)."""
    # requests would build the same form from a dictionary, but quote the picture character by character.
    quoted = image_base64.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
    return _ASKED_FOR + b"&image_base64=" + quoted


def parsed(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object in the body, an empty one if the body is anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def succeeded(answer: Mapping[str, Any]) -> bool:
    """Tell success from failure: both have status 200, and the flag is a bool or a word."""
    return str(answer.get("error")).lower() == "false"


def cut_out(answer: Mapping[str, Any]) -> bytes:
    """Return the PNG of the cut-out, or raise UnusableAnswer."""
    response = answer.get("response")
    encoded = response.get("image_base64") if isinstance(response, dict) else None
    if not isinstance(encoded, str):
        raise UnusableAnswer("it has no image_base64")
    try:
        return base64.b64decode(encoded.translate(_STANDARD_ALPHABET))
    except ValueError as error:
        raise UnusableAnswer(str(error)) from error
