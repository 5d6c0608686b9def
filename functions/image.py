"""GET /api/image/<record_id>/original|processed|preview: one image of a record."""

import io
from typing import get_args

from flask import Response, send_file

from common.errors import NotFound
from common.http import Call, endpoint
from common.models import ImageFile, ImageRecord, Variant


@endpoint("image", "GET", takes=2)
def image(call: Call) -> Response:
    """Answer the image's bytes, or 304 where the caller has them already; `?download=1` names the file."""
    record_id, wanted = call.arguments
    variant = next((variant for variant in get_args(Variant) if variant == wanted), None)
    if variant is None:
        raise NotFound("There is nothing at this address.")
    record = call.library.find(call.user_id, record_id)
    etag = f"{record.record_id}-{variant}"  # the images of a record never change
    if call.request.if_none_match.contains_weak(etag):
        response = Response(status=304)
        response.set_etag(etag)
    else:
        response = _send(call, record, call.library.read(call.user_id, record, variant), etag)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _send(call: Call, record: ImageRecord, file: ImageFile, etag: str) -> Response:
    return send_file(
        io.BytesIO(file.content),
        mimetype=file.content_type,
        as_attachment=call.request.args.get("download") == "1",
        download_name=_file_name(record.image_name, file.content_type),
        etag=etag,
        max_age=None,
    )


def _file_name(image_name: str, content_type: str) -> str:
    # The original application took any name, and a header takes no line break.
    name = "".join(character if character.isprintable() else " " for character in image_name)
    kind, _, subtype = content_type.partition("/")
    return f"{name}.{subtype.replace('jpeg', 'jpg')}" if kind == "image" else name
