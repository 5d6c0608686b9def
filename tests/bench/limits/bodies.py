"""Functions that take a body as it comes."""

import hashlib
import time

from flask import Request
from PIL import Image

from common.imaging.codec import PillowCodec

_codec = PillowCodec(max_megapixels=50)


def digest(request: Request) -> str:
    """Read the body and hash it."""
    return hashlib.sha256(request.get_data()).hexdigest()


def recode(request: Request) -> str:
    """Decode the picture that is the body, encode its cut-out, and tell the seconds that this took."""
    content = request.get_data()
    begun = time.perf_counter()
    _recode(content)
    return str(time.perf_counter() - begun)


def _recode(content: bytes) -> None:
    picture = _codec.read(content)
    _codec.cut_out(picture, Image.new("L", picture.rgb.size, 255))
    # And what it took is given back, which takes a while too.
