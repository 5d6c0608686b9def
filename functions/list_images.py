"""GET /api/list: what the caller keeps, newest first."""

import base64

from flask import Response

from common.answers import json_response, record_json
from common.http import Call, endpoint
from common.models import ImageRecord


@endpoint("list", "GET", starts_session=True)
def list_images(call: Call) -> Response:
    """Answer the caller's records; with `?include=images` each carries its pictures as base64."""
    shelf = call.library.shelf(call.user_id)
    shown = _with_images if call.request.args.get("include") == "images" else _without_images
    return json_response(
        {
            "user_id": call.user_id,
            "used": shelf.used,
            "limit": call.settings.user_limit,
            "records": [shown(call, record) for record in shelf.records],
        }
    )


def _without_images(_: Call, record: ImageRecord) -> dict[str, object]:
    return record_json(record)


def _with_images(call: Call, record: ImageRecord) -> dict[str, object]:
    original = call.library.read(call.user_id, record, "original")
    processed = call.library.read(call.user_id, record, "processed")
    return {
        **record_json(record),
        "original_image_base64": base64.b64encode(original.content).decode("ascii"),
        "processed_image_base64": base64.b64encode(processed.content).decode("ascii"),
    }
