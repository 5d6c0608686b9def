"""GET /api/list: the caller's records, newest first."""

import base64

from flask import Response

from common.domain.errors import NotFound
from common.domain.models import ImageRecord, Variant
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response, record_json
from endpoints import ENDPOINTS


@endpoint(ENDPOINTS["list"], starts_session=True)
def list_images(call: Call) -> Response:
    """Return the caller's records and limits; with `?include=images` each record contains its images."""
    kept = call.parts.gallery.list(call.user_id)
    shown = _with_images if call.request.args.get("include") == "images" else _without_images
    return json_response(
        {
            "user_id": call.user_id,
            "used": kept.used,
            "limit": call.settings.user_limit,
            "retention_days": call.settings.retention_days,
            "max_upload_mb": call.settings.max_upload_mb,
            "max_megapixels": call.settings.max_megapixels,
            "records": [shown(call, record) for record in kept.records],
        }
    )


def _without_images(_: Call, record: ImageRecord) -> dict[str, object]:
    return record_json(record)


def _with_images(call: Call, record: ImageRecord) -> dict[str, object]:
    return {
        **record_json(record),
        "original_image_base64": _base64(call, record, "original"),
        "processed_image_base64": _base64(call, record, "processed"),
    }


def _base64(call: Call, record: ImageRecord, variant: Variant) -> str | None:
    """Return one image, or None if it is missing or has just been deleted."""
    try:
        _, file = call.parts.gallery.read(call.user_id, record.record_id, variant)
        content = file.image.open().read()
    except NotFound:
        return None
    return base64.b64encode(content).decode("ascii")
