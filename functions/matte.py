"""PUT /api/matte/<record_id>: replace the matte of a record's cut-out."""

from flask import Response

from common.domain.errors import BadRequest, RevisionChanged
from common.web import request_body
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response, record_json
from endpoints import ENDPOINTS


@endpoint(ENDPOINTS["matte"], takes_picture=True)
def matte(call: Call) -> Response:
    """Replace the cut-out of one of the caller's pictures; If-Match names the revision to replace."""
    (record_id,) = call.path_params
    record = call.parts.gallery().find(call.user_id, record_id)
    revision = call.request.if_match
    if not revision:
        raise BadRequest('Send the record\'s revision as If-Match, for example If-Match: "1".')
    if not revision.contains(str(record.revision)):
        raise RevisionChanged
    content = request_body.content(call.request, call.settings.max_upload_bytes)
    revised = call.parts.touch_ups().save(call.user_id, record, content)
    return json_response({"message": "success", "record": record_json(revised)})
