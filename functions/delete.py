"""DELETE /api/delete/<record_id>: delete a record and its images."""

from flask import Response

from common.web.endpoint import Call, endpoint
from common.web.responses import json_response
from endpoints import ENDPOINTS


@endpoint(ENDPOINTS["delete"])
def delete(call: Call) -> Response:
    """Delete one of the caller's records; deleting it again succeeds too."""
    (record_id,) = call.path_params
    call.parts.gallery().delete(call.user_id, record_id)
    return json_response({"message": "success"})
