"""Minimal functions that read a body."""

import hashlib
import time

from flask import Request

from common.domain.mattes import Matte
from common.imaging.codec import decode


def digest(request: Request) -> str:
    """Read the body and hash it."""
    return hashlib.sha256(request.get_data()).hexdigest()


def recode(request: Request) -> str:
    """Decode the picture in the body, encode its cut-out, and return the seconds that this took."""
    content = request.get_data()
    begun = time.perf_counter()
    _recode(content)
    return str(time.perf_counter() - begun)


def _recode(content: bytes) -> None:
    decode((content, "JPEG"), 50).cut_out(Matte(1, 1, b"\xff"))
    # Freeing the memory is part of the time.
