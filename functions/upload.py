"""POST /api/upload: take a picture, keep it and its cut-out."""

from flask import Response

from common.answers import json_response, record_json, to_site, wants_page
from common.errors import BadRequest, ImageTooLarge
from common.http import Call, endpoint


@endpoint("upload", "POST", starts_session=True, takes_form=True)
def upload(call: Call) -> Response:
    """Answer 201 with the new record, or 302 to the site where a browser posted a plain form."""
    sent = call.request.files.get("image")
    if sent is None:
        raise BadRequest("Send a picture as the form's part named image (multipart/form-data).")
    content = sent.read()
    if len(content) > call.settings.max_upload_mb * 1024 * 1024:
        raise ImageTooLarge(
            f"The picture has more than {call.settings.max_upload_mb} MB. Send a smaller one."
        )
    name = call.request.form.get("name", "")
    added = call.library.add(call.user_id, content, name=name, file_name=sent.filename or "")
    if wants_page(call.request):
        return to_site(call.settings, "image_generated")
    return json_response(
        {
            "message": "Image generated successfully",
            "record": record_json(added.record),
            "used": added.used,
            "limit": call.settings.user_limit,
        },
        201,
        Location=f"/api/image/{added.record.record_id}/processed",
    )
