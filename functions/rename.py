"""PUT /api/rename/<record_id>: give a record another name."""

from flask import Response

from common.domain.errors import BadRequest, InvalidName
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response
from endpoints import ENDPOINTS


@endpoint(ENDPOINTS["rename"])
def rename(call: Call) -> Response:
    """Rename one of the caller's records."""
    (record_id,) = call.path_params
    body = call.json_object()
    if body.get("record_id", record_id) != record_id:
        raise BadRequest("The record_id in the body is not the one in the address.")
    name = body.get("record_name")
    if name is None:
        raise BadRequest('The body must have a "record_name".')
    if not isinstance(name, str):
        raise InvalidName
    call.parts.gallery().rename(call.user_id, record_id, name)
    return json_response({"message": "success"})
