"""GET /api/list: the caller's records, newest first."""

import base64
import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from flask import Response

from common.domain.errors import NotFound
from common.domain.models import ImageRecord, Variant
from common.observability.causes import describe
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response, json_text, record_json
from endpoints import ENDPOINTS

_CHUNK = 3 * 256 * 1024  # bytes; a multiple of 3, so that no padding stands between the chunks' base64

logger = logging.getLogger(__name__)


@endpoint(ENDPOINTS["list"], starts_session=True)
def list_images(call: Call) -> Response:
    """Return the caller's records and limits; with `?include=images` each record contains its images."""
    kept = call.parts.gallery().list(call.user_id)
    summary = {
        "user_id": call.user_id,
        "used": kept.used,
        "limit": call.settings.user_limit,
        "retention_days": call.settings.retention_days,
        "max_upload_mb": call.settings.max_upload_mb,
        "max_megapixels": call.settings.max_megapixels,
    }
    if call.request.args.get("include") == "images":
        return _streamed(_with_images(call, summary, kept.records))
    return json_response({**summary, "records": [record_json(record) for record in kept.records]})


def _streamed(pieces: Iterator[str]) -> Response:
    """Stream the pieces; make the first one beforehand, so that its failure still gets an error response."""
    return Response(chain([next(pieces)], pieces), mimetype="application/json")


def _with_images(call: Call, summary: Mapping[str, object], records: Sequence[ImageRecord]) -> Iterator[str]:
    """Yield the list as JSON, image by image, so that memory holds at most one image."""
    before = json_text(summary)[:-1] + ',"records":['
    try:
        for record in records:
            original = _base64(_content(call, record, "original"))
            yield before + json_text(record_json(record))[:-1] + ',"original_image_base64":'
            yield from original
            yield ',"processed_image_base64":'
            yield from _base64(_content(call, record, "processed"))
            before = "},"
    except Exception as error:
        logger.error("a list with images broke off: %s", describe(error))  # noqa: TRY400
        raise
    yield "}]}" if records else before + "]}"


def _content(call: Call, record: ImageRecord, variant: Variant) -> bytes | None:
    """Return one image, or None if it is missing or has just been deleted."""
    try:
        _, file = call.parts.gallery().read(call.user_id, record.record_id, variant)
        return file.image.open().read()
    except NotFound:
        return None


def _base64(content: bytes | None) -> Iterator[str]:
    """Yield an image as a JSON string, or null."""
    if content is None:
        yield "null"
        return
    yield '"'
    for first in range(0, len(content), _CHUNK):
        yield base64.b64encode(content[first : first + _CHUNK]).decode("ascii")
    yield '"'
