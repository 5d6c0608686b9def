"""POST /api/upload: keep a picture and its cut-out."""

from io import BytesIO
from typing import cast

from flask import Response
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from common.domain.errors import BadRequest, ImageTooLarge
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response, prefers_html, record_json, redirect_to_site
from endpoints import ENDPOINTS

_KEY_LENGTH = 255


@endpoint(ENDPOINTS["upload"], starts_session=True, takes_form=True)
def upload(call: Call) -> Response:
    """Keep a picture and its cut-out; return 201, or 302 to the site if a browser posted a plain form."""
    sent = _sent_file(call)
    content = cast(BytesIO, sent.stream).getvalue()  # unlike read(), this makes no copy
    sent.close()
    if len(content) > call.settings.max_upload_bytes:
        raise ImageTooLarge(
            f"The picture has more than {call.settings.max_upload_mb} MB. Send a smaller one."
        )
    added = call.parts.uploads().add(
        call.user_id,
        content,
        name=call.request.form.get("name", ""),
        file_name=sent.filename or "",
        key=_key(call),
        removes_subject=_removes_subject(call),
    )
    if prefers_html(call.request):
        return redirect_to_site(call.settings, "image_generated")
    record = record_json(added.record)
    return json_response(
        {
            "message": "Image generated successfully",
            "record": record,
            "used": added.used,
            "limit": call.settings.user_limit,
        },
        201,
        Location=str(record["processed_url"]),
    )


def _sent_file(call: Call) -> FileStorage:
    try:
        sent = call.request.files.get("image")
    except RequestEntityTooLarge:
        raise ImageTooLarge(_too_large_detail(call)) from None
    if sent is None:
        raise BadRequest("Send a picture as the form's part named image (multipart/form-data).")
    return sent


def _too_large_detail(call: Call) -> str:
    length, limit = call.request.content_length, call.request.max_content_length or 0
    if length and length > limit:
        return f"The form has more than {call.settings.max_upload_mb} MB. Send a smaller picture."
    text, parts = (call.request.max_form_memory_size or 0) // 1000, call.request.max_form_parts
    beside = f"a text field has more than {text} kB, or there are more than {parts} parts"
    if length:
        return f"In the form {beside}. Send less beside the picture."
    return f"The form has more than {call.settings.max_upload_mb} MB, or in it {beside}. Send less."


def _removes_subject(call: Call) -> bool:
    """Tell whether to remove the subject instead of the background."""
    to_remove = call.request.form.get("to_remove", "").strip() or "background"
    if to_remove not in ("background", "foreground"):
        raise BadRequest("to_remove is background, which is the default, or foreground.")
    return to_remove == "foreground"


def _key(call: Call) -> str:
    """Return the Idempotency-Key, or an empty string if there is none."""
    key = call.request.headers.get("Idempotency-Key", "").strip()
    if len(key) > _KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise BadRequest(f"An Idempotency-Key is up to {_KEY_LENGTH} printable characters, like a UUID.")
    return key
