"""The form that ObjectCut takes and the answers that it gives.

https://rapidapi.com/objectcut.api/api/background-removal/details
"""

import base64
import json
import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

LONGEST_SIDE = 2500  # pixels; the provider shrinks what is larger
BAD_PICTURE = "002"
FORM_TYPE = "application/x-www-form-urlencoded"
_ASKED_FOR = b"output_format=base64&to_remove=background&color_removal=transparent"
_STANDARD_ALPHABET = str.maketrans("-_", "+/")
_DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,  # raised where the host turns warnings into errors
)


class UnusableAnswer(Exception):
    """The answer has no cut-out of the picture that was sent; the message says why."""


def form(image_base64: bytes) -> bytes:
    """Return the request's fields as a form (FORM_TYPE)."""
    # requests would make the same of a dictionary, but look at each character of the picture in Python.
    quoted = image_base64.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
    return _ASKED_FOR + b"&image_base64=" + quoted


def shrunk(picture: Image.Image) -> Image.Image:
    """Return the picture at the size in which it is sent."""
    scale = LONGEST_SIDE / max(picture.size)
    if scale >= 1:
        return picture
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def jpeg(picture: Image.Image) -> bytes:
    """Return the picture as the file that is sent."""
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=95)
    return encoded.getvalue()


def parsed(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object, an empty one where the body is anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def succeeded(answer: Mapping[str, Any]) -> bool:
    """Tell success from failure, of which both are a 200; the flag comes as a bool or as a word."""
    return str(answer.get("error")).lower() == "false"


def alpha(answer: Mapping[str, Any], size: tuple[int, int]) -> Image.Image:
    """Return the alpha channel (mode L) of the answer's cut-out, which must have this size."""
    try:
        return _alpha(_cut_out(answer), size)
    except _DAMAGE as error:
        raise UnusableAnswer(str(error)) from error


def _cut_out(answer: Mapping[str, Any]) -> bytes:
    response = answer.get("response")
    encoded = response.get("image_base64") if isinstance(response, dict) else None
    if not isinstance(encoded, str):
        raise ValueError("it has no image_base64")  # noqa: TRY004 - the answer is wrong, not our call
    return base64.b64decode(encoded.translate(_STANDARD_ALPHABET))


def _alpha(png: bytes, size: tuple[int, int]) -> Image.Image:
    # The header tells the size, so a bomb is refused before any pixel is unpacked.
    with Image.open(BytesIO(png), formats=["PNG"]) as cut_out:
        if cut_out.size != size:
            raise ValueError(f"it measures {cut_out.size}, the picture sent {size}")
        if not cut_out.has_transparency_data:
            raise ValueError("it has no alpha channel")
        return (cut_out if cut_out.mode == "RGBA" else cut_out.convert("RGBA")).getchannel("A")
