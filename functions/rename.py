"""PUT /api/rename/<record_id>: give a record another name."""

from flask import Response

from common.domain.errors import BadRequest, InvalidName
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response


@endpoint("rename", "PUT", takes=1, also_known_as="update")
def rename(call: Call) -> Response:
    """Answer success when the caller's record has its new name."""
    (record_id,) = call.arguments
    body = call.json_object()
    if body.get("record_id", record_id) != record_id:
        raise BadRequest("The record_id in the body is not the one in the address.")
    name = body.get("record_name")
    if name is None:
        raise BadRequest('The body must have a "record_name".')
    if not isinstance(name, str):
        raise InvalidName
    call.library.rename(call.user_id, record_id, name)
    return json_response({"message": "success"})
