"""DELETE /api/delete/<record_id>: delete a record and its images."""

from flask import Response

from common.web.endpoint import Call, endpoint
from common.web.responses import json_response


@endpoint("delete", "DELETE", takes=1, also_known_as="remove")
def delete(call: Call) -> Response:
    """Answer success when the caller's record is gone."""
    (record_id,) = call.arguments
    call.library.delete(call.user_id, record_id)
    return json_response({"message": "success"})
